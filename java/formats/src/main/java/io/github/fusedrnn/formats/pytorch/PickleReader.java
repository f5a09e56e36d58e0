package io.github.fusedrnn.formats.pytorch;

import io.github.fusedrnn.formats.FormatException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pickle that holds tensors in dictionaries, lists and tuples. It executes nothing: a global is a name that is compared with the
 * few that tensors are made of, and any other one is refused. Source: Python's pickletools, protocols 2 to 5.
 */
final class PickleReader {
    /** Far more than the names and shapes of any model. */
    static final int MAX_BYTES = 16 << 20;

    private static final int MAX_OBJECTS = 2_000_000;
    private static final String ORDERED_DICT = "collections.OrderedDict";
    private static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
    private static final String SIZE = "torch.Size";
    private static final Set<String> CALLABLE = Set.of(ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, SIZE);

    /** Where the tensors' elements are, by the names that a persistent id has. */
    record Storage(String type, String key, long elements) {}

    /** A view of a storage. */
    record Tensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {}

    /** Immutable, unlike a list. */
    private record Tuple(List<Object> items) {}

    /** The name of a class or function, which is never called. */
    private record Global(String name) {}

    /** Python's None. */
    private static final Object NONE = new Object();

    /** Python's markobject: where a run of values begins on the stack. */
    private static final Object MARK_OBJECT = new Object();

    private final Path file;
    private final ByteBuffer in;
    private final ArrayList<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private int objects;
    private int opcodeAt;

    private PickleReader(Path file, byte[] bytes) {
        this.file = file;
        in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a pickle.
     *
     * @param file for messages
     * @param bytes the pickle
     * @return maps, lists, strings, numbers and {@link Tensor}s
     * @throws FormatException if it is not a pickle, or refers to anything but what tensors are made of
     */
    static Object read(Path file, byte[] bytes) throws FormatException {
        PickleReader reader = new PickleReader(file, bytes);
        try {
            return reader.read();
        } catch (BufferUnderflowException e) {
            throw reader.fail("truncated (expected: STOP within " + reader.in.capacity() + " bytes)");
        }
    }

    private Object read() throws FormatException {
        while (true) {
            opcodeAt = in.position();
            int opcode = in.get() & 0xff;
            if (opcode == Opcode.STOP) {
                Object result = pop();
                if (!stack.isEmpty()) {
                    throw fail("STOP with " + stack.size() + " more values on the stack (expected: none)");
                }
                return result;
            }
            step(opcode);
        }
    }

    private void step(int opcode) throws FormatException {
        switch (opcode) {
            case Opcode.PROTO -> {
                int protocol = in.get();
                if (protocol < 2 || protocol > 5) {
                    throw fail("protocol " + protocol + " (expected: 2 to 5)");
                }
            }
            case Opcode.FRAME -> in.getLong(); // a frame's length
            case Opcode.MARK -> stack.add(MARK_OBJECT);
            case Opcode.EMPTY_DICT -> push(new LinkedHashMap<Object, Object>());
            case Opcode.EMPTY_LIST -> push(new ArrayList<Object>());
            case Opcode.EMPTY_TUPLE -> push(new Tuple(List.of()));
            case Opcode.TUPLE -> push(new Tuple(popMark()));
            case Opcode.TUPLE1 -> push(new Tuple(popSome(1)));
            case Opcode.TUPLE2 -> push(new Tuple(popSome(2)));
            case Opcode.TUPLE3 -> push(new Tuple(popSome(3)));
            case Opcode.DICT -> {
                List<Object> items = popMark();
                push(new LinkedHashMap<Object, Object>());
                setItems(items);
            }
            case Opcode.LIST -> push(popMark());
            case Opcode.APPEND -> {
                Object item = pop();
                list().add(item);
            }
            case Opcode.APPENDS -> {
                List<Object> items = popMark();
                list().addAll(items);
            }
            case Opcode.SETITEM -> setItems(popSome(2));
            case Opcode.SETITEMS -> setItems(popMark());
            case Opcode.BINPUT -> put(in.get() & 0xff);
            case Opcode.LONG_BINPUT -> put(in.getInt());
            case Opcode.MEMOIZE -> put(memo.size());
            case Opcode.BINGET -> get(in.get() & 0xff);
            case Opcode.LONG_BINGET -> get(in.getInt());
            case Opcode.BINUNICODE -> push(string(Integer.toUnsignedLong(in.getInt())));
            case Opcode.SHORT_BINUNICODE, Opcode.SHORT_BINSTRING -> push(string(in.get() & 0xff));
            case Opcode.BINUNICODE8 -> push(string(in.getLong()));
            case Opcode.BINSTRING -> push(string(in.getInt()));
            case Opcode.BININT -> push((long) in.getInt());
            case Opcode.BININT1 -> push((long) (in.get() & 0xff));
            case Opcode.BININT2 -> push((long) (in.getShort() & 0xffff));
            case Opcode.LONG1 -> push(integer(in.get() & 0xff));
            case Opcode.BINFLOAT -> push(in.order(ByteOrder.BIG_ENDIAN).getDouble());
            case Opcode.NONE -> push(NONE);
            case Opcode.NEWTRUE -> push(true);
            case Opcode.NEWFALSE -> push(false);
            case Opcode.GLOBAL -> push(global(line(), line()));
            case Opcode.STACK_GLOBAL -> {
                List<Object> names = popSome(2);
                push(global(String.valueOf(names.get(0)), String.valueOf(names.get(1))));
            }
            case Opcode.REDUCE -> {
                List<Object> call = popSome(2);
                push(reduce(call.get(0), call.get(1)));
            }
            case Opcode.BINPERSID -> push(storage(pop()));
            case Opcode.BUILD -> {
                // Attributes of a dictionary, such as _metadata: none of them describes a tensor.
                pop();
                if (!(top() instanceof Map)) {
                    throw fail("BUILD on something other than a dictionary");
                }
            }
            case Opcode.POP -> pop();
            case Opcode.POP_MARK -> popMark();
            case Opcode.DUP -> stack.add(top());
            default ->
                throw fail(String.format(
                        Locale.ROOT, "opcode 0x%02x (expected: one that dictionaries of tensors use)", opcode));
        }
        in.order(ByteOrder.LITTLE_ENDIAN);
    }

    private Global global(String module, String name) throws FormatException {
        // Python 2 has another name for the same module.
        String full = (module.equals("__builtin__") ? "builtins" : module) + "." + name;
        boolean storage = module.equals("torch") && StorageType.named(name) != null;
        if (!storage && !CALLABLE.contains(full)) {
            throw fail("global '" + shown(full) + "' (expected: " + REBUILD_TENSOR + ", " + REBUILD_PARAMETER + ", "
                    + ORDERED_DICT + ", " + SIZE + " or a storage of torch)");
        }
        return new Global(storage ? name : full);
    }

    private Object reduce(Object function, Object arguments) throws FormatException {
        if (!(function instanceof Global global) || !(arguments instanceof Tuple tuple)) {
            throw fail("REDUCE of something other than a global and a tuple");
        }
        List<Object> items = tuple.items();
        switch (global.name()) {
            case ORDERED_DICT:
                if (items.isEmpty()) {
                    return new LinkedHashMap<Object, Object>();
                }
                throw fail("OrderedDict with " + items.size() + " arguments (expected: none)");
            case SIZE:
                if (items.size() == 1 && items.get(0) instanceof Tuple dims) {
                    return dims;
                }
                throw fail("torch.Size of something other than a tuple");
            case REBUILD_PARAMETER:
                if (!items.isEmpty() && items.get(0) instanceof Tensor tensor) {
                    return tensor;
                }
                throw fail("_rebuild_parameter without a tensor");
            case REBUILD_TENSOR:
                if (items.size() >= 4
                        && items.get(0) instanceof Storage storage
                        && items.get(1) instanceof Long offset
                        && items.get(2) instanceof Tuple shape
                        && items.get(3) instanceof Tuple strides) {
                    return new Tensor(storage, offset, longs(shape), longs(strides));
                }
                throw fail("arguments of _rebuild_tensor_v2 (expected: storage, offset, shape and strides)");
            default:
                throw fail("REDUCE of '" + global.name() + "' (expected: a constructor of tensors)");
        }
    }

    private Storage storage(Object id) throws FormatException {
        if (id instanceof Tuple tuple) {
            List<Object> items = tuple.items();
            if (items.size() == 5
                    && "storage".equals(items.get(0))
                    && items.get(1) instanceof Global type
                    && items.get(2) instanceof String key
                    && items.get(4) instanceof Long elements) {
                return new Storage(type.name(), key, elements);
            }
        }
        throw fail("persistent id (expected: ('storage', type, key, device, elements))");
    }

    private List<Long> longs(Tuple tuple) throws FormatException {
        List<Long> longs = new ArrayList<>();
        for (Object item : tuple.items()) {
            if (!(item instanceof Long value)) {
                throw fail("shape or strides (expected: integers)");
            }
            longs.add(value);
        }
        return longs;
    }

    private void push(Object value) throws FormatException {
        if (++objects > MAX_OBJECTS) {
            throw fail("more than " + MAX_OBJECTS + " objects (expected: a dictionary of tensors)");
        }
        stack.add(value);
    }

    private Object top() throws FormatException {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK_OBJECT) {
            throw fail("stack underflow");
        }
        return stack.get(stack.size() - 1);
    }

    private Object pop() throws FormatException {
        Object value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private List<Object> popSome(int count) throws FormatException {
        List<Object> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(0, pop());
        }
        return items;
    }

    private List<Object> popMark() throws FormatException {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != MARK_OBJECT) {
            mark--;
        }
        if (mark < 0) {
            throw fail("no MARK on the stack");
        }
        List<Object> items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    @SuppressWarnings("unchecked") // only step makes lists
    private List<Object> list() throws FormatException {
        if (top() instanceof List<?> list) {
            return (List<Object>) list;
        }
        throw fail("APPEND or APPENDS on something other than a list");
    }

    @SuppressWarnings("unchecked") // only step and reduce make maps
    private void setItems(List<Object> items) throws FormatException {
        if (!(top() instanceof Map<?, ?> map) || items.size() % 2 != 0) {
            throw fail("SETITEM or SETITEMS on something other than a dictionary, or a key without a value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            if (!(key instanceof String || key instanceof Long)) {
                throw fail("a dictionary key that is neither a string nor an integer");
            }
            ((Map<Object, Object>) map).put(key, items.get(i + 1));
        }
    }

    private void put(int index) throws FormatException {
        memo.put(index, top());
    }

    private void get(int index) throws FormatException {
        @Nullable Object value = memo.get(index);
        if (value == null) {
            throw fail("memo " + Integer.toUnsignedString(index) + " is empty");
        }
        stack.add(value);
    }

    private String string(long length) throws FormatException {
        if (length < 0 || length > in.remaining()) {
            throw fail("a string of " + length + " bytes (expected: at most the " + in.remaining() + " that are left)");
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() throws FormatException {
        int start = in.position();
        while (in.get() != '\n') {
            if (in.position() - start > 1000) {
                throw fail("a name of more than 1000 bytes (expected: at most 1000)");
            }
        }
        return new String(in.array(), start, in.position() - 1 - start, StandardCharsets.UTF_8);
    }

    private long integer(int bytes) throws FormatException {
        if (bytes > Long.BYTES) {
            throw fail("LONG1 of " + bytes + " bytes (expected: at most 8)");
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            long octet = in.get();
            // The last byte carries the sign.
            value |= (i == bytes - 1 ? octet : octet & 0xff) << (8 * i);
        }
        return value;
    }

    private FormatException fail(String problem) {
        return new FormatException(file, "data.pkl at byte " + opcodeAt + ": " + problem);
    }

    private static String shown(String name) {
        return name.length() <= 120 ? name : name.substring(0, 120) + "...";
    }
}
