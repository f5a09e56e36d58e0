package io.github.fusedrnn.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** The CPU engine, a stream, and all native objects of one library case; closing frees them in reverse order of creation. */
final class Dnnl implements AutoCloseable {
    private final Deque<Pointer> owned = new ArrayDeque<>();
    final engine cpu = keep(new engine(engine.kind.cpu, 0));
    private final stream queue = keep(new stream(cpu));
    private final dnnl_stream rawStream = keep(queue.get());

    /** Takes ownership of an object; without a reference JavaCPP would free it when it is garbage-collected. */
    <P extends Pointer> P keep(P object) {
        owned.push(object);
        return object;
    }

    /** Describes float32 memory. */
    memory.desc describe(memory.format_tag tag, long... dims) {
        return keep(new memory.desc(dims, memory.data_type.f32, tag));
    }

    /** The same with other strides. */
    memory.desc describe(long[] dims, long[] strides) {
        return keep(new memory.desc(dims, memory.data_type.f32, strides));
    }

    /** Zeroed memory of oneDNN's own allocator. */
    memory allocate(memory.desc description) {
        memory zeros = keep(new memory(description, cpu));
        fillZero(zeros);
        return zeros;
    }

    /** A view of part of other memory. */
    memory view(memory of, long firstElement, memory.desc description) {
        try (Pointer begin = new BytePointer(of.get_data_handle()).getPointer(firstElement * Float.BYTES)) {
            return keep(new memory(description, cpu, begin));
        }
    }

    void fillZero(memory target) {
        Pointer.memset(target.get_data_handle(), 0, target.get_desc().get_size());
    }

    void put(memory target, float[] values) {
        floats(target, values.length).put(values);
    }

    float[] get(memory source, int count) {
        float[] values = new float[count];
        floats(source, count).get(values);
        return values;
    }

    private static FloatPointer floats(memory of, int count) {
        if (of.get_desc().get_size() < (long) count * Float.BYTES) {
            throw new IllegalStateException(
                    "count: " + count + " (expected: at most " + of.get_desc().get_size() / Float.BYTES + " floats)");
        }
        return new FloatPointer(of.get_data_handle()).capacity(count);
    }

    /** The weights in the format that a primitive requires, with the reorder to it; no reorder if that is the plain format. */
    Packed pack(memory plain, memory.desc required) {
        if (plain.get_desc().equals(required)) {
            return new Packed(plain, null);
        }
        memory packed = allocate(required);
        dnnl_primitive reorder = keep(keep(new reorder(plain, packed)).get());
        Map<Integer, memory> arguments = Map.of(DNNL_ARG_FROM, plain, DNNL_ARG_TO, packed);
        return new Packed(packed, call(reorder, arguments));
    }

    /** A prepared call through the C API with an array of arguments; the C++ API builds a vector from a map on every call. */
    Call call(dnnl_primitive primitive, Map<Integer, memory> arguments) {
        dnnl_exec_arg_t list = keep(new dnnl_exec_arg_t(arguments.size()));
        int i = 0;
        for (Map.Entry<Integer, memory> argument : arguments.entrySet()) {
            list.getPointer(i++)
                    .arg(argument.getKey())
                    .memory(keep(argument.getValue().get()));
        }
        return new Call(primitive, rawStream, arguments.size(), list);
    }

    static void check(int status, String call) {
        if (status != 0) {
            throw new IllegalStateException(call + ": oneDNN status " + status);
        }
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            owned.pop().close();
        }
    }

    /** One primitive with its arguments. On the CPU engine it is complete when the call returns, without a wait. */
    record Call(dnnl_primitive primitive, dnnl_stream stream, int count, dnnl_exec_arg_t arguments) {
        void run() {
            check(dnnl_primitive_execute(primitive, stream, count, arguments), "execute");
        }
    }

    /** Weights in the format of a primitive, and the reorder that updates them; null if they are the plain weights themselves. */
    record Packed(memory weights, @Nullable Call reorder) {
        void update() {
            if (reorder != null) {
                reorder.run();
            }
        }
    }
}
