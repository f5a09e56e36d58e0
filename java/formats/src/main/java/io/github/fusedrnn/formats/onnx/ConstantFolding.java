package io.github.fusedrnn.formats.onnx;

import io.github.fusedrnn.formats.onnx.wire.AttributeProto;
import io.github.fusedrnn.formats.onnx.wire.NodeProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Constant folding: the value of operators between a constant and the weight of a node, with which exporters slice, reorder and
 * concatenate the matrices of their framework. All of them move elements; none computes.
 */
final class ConstantFolding {
    /** Gives the value of a node's input. */
    @FunctionalInterface
    interface Inputs {
        Constant at(int index) throws IOException;
    }

    /** Zeros take no room in the file: biases and states are as large as this. */
    private static final int MAX_FILLED = 1 << 20;

    private final TensorReader reader;

    ConstantFolding(TensorReader reader) {
        this.reader = reader;
    }

    /**
     * The value of a node's first output.
     *
     * @throws IllegalArgumentException if the operator is not supported, or its arguments are invalid
     * @throws IOException if a tensor cannot be read
     */
    Constant fold(NodeProto node, Inputs inputs) throws IOException {
        return switch (node.getOpType()) {
            case "Constant" -> constant(node);
            case "Identity" -> inputs.at(0);
            case "Cast" -> inputs.at(0).isFloat() ? floatCast(node, inputs.at(0)) : inputs.at(0);
            case "Unsqueeze" -> unsqueeze(inputs.at(0), axes(node, inputs));
            case "Squeeze" -> squeeze(inputs.at(0), axes(node, inputs));
            case "Slice" -> slice(node, inputs);
            case "Concat" -> concat(node, inputs);
            case "ConstantOfShape" -> filled(node, inputs.at(0));
            case "Transpose" -> transpose(inputs.at(0), ints(node, "perm"));
            case "Reshape" -> reshape(inputs.at(0), inputs.at(1).longs(), integer(node, "allowzero", 0) != 0);
            default ->
                throw new IllegalArgumentException("made by operator " + node.getOpType()
                        + " (expected: a constant that is at most sliced, concatenated, transposed or reshaped)");
        };
    }

    private Constant constant(NodeProto node) throws IOException {
        for (AttributeProto attribute : node.getAttributeList()) {
            switch (attribute.getName()) {
                case "value":
                    return reader.read(attribute.getT());
                case "value_float":
                    return Constant.of(new int[0], new float[] {attribute.getF()});
                case "value_int":
                    return Constant.of(new int[0], new long[] {attribute.getI()});
                case "value_ints":
                    long[] longs = attribute.getIntsList().stream()
                            .mapToLong(Long::longValue)
                            .toArray();
                    return Constant.of(new int[] {longs.length}, longs);
                case "value_floats":
                    float[] floats = new float[attribute.getFloatsCount()];
                    for (int i = 0; i < floats.length; i++) {
                        floats[i] = attribute.getFloats(i);
                    }
                    return Constant.of(new int[] {floats.length}, floats);
                default:
                    break;
            }
        }
        throw new IllegalArgumentException("made by a Constant without a dense value (expected: floats or integers)");
    }

    private Constant filled(NodeProto node, Constant shape) throws IOException {
        int[] dims = toInts(shape);
        Constant value = Constant.of(new int[] {1}, new float[1]);
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals("value")) {
                value = reader.read(attribute.getT());
            }
        }
        if (value.size() != 1 || Constant.count(dims) > MAX_FILLED) {
            throw new IllegalArgumentException("made by a ConstantOfShape of " + Arrays.toString(dims) + " with "
                    + value.size() + " values (expected: at most " + MAX_FILLED + " elements, of 1 value)");
        }
        return value.gathered(dims, i -> 0);
    }

    private static Constant floatCast(NodeProto node, Constant value) {
        long to = integer(node, "to", 0);
        // Float and double hold every float32 weight; half would round it, and no exporter rounds weights.
        if (to != 1 && to != 11) {
            throw new IllegalArgumentException("made by a Cast to data type " + to + " (expected: 1, float)");
        }
        return value;
    }

    private static int @Nullable [] axes(NodeProto node, Inputs inputs) throws IOException {
        int @Nullable [] old = ints(node, "axes");
        return old != null || node.getInputCount() < 2 || node.getInput(1).isEmpty() ? old : toInts(inputs.at(1));
    }

    private static Constant unsqueeze(Constant value, int @Nullable [] axes) {
        if (axes == null) {
            throw new IllegalArgumentException("made by an Unsqueeze without axes");
        }
        int rank = value.rank() + axes.length;
        if (rank > Constant.MAX_RANK) {
            throw new IllegalArgumentException(rank + " dimensions (expected: at most " + Constant.MAX_RANK + ")");
        }
        int[] dims = new int[rank];
        for (int axis : axes) {
            dims[index(axis, rank)] = -1;
        }
        int next = 0;
        for (int i = 0; i < rank; i++) {
            // An axis named twice leaves too few places.
            dims[i] = dims[i] == -1 ? 1 : next < value.rank() ? value.dims()[next++] : 1;
        }
        return value.reshaped(dims);
    }

    private static Constant squeeze(Constant value, int @Nullable [] axes) {
        int[] dims = value.dims();
        boolean[] gone = new boolean[dims.length];
        for (int i = 0; i < dims.length; i++) {
            gone[i] = axes == null && dims[i] == 1;
        }
        for (int axis : axes == null ? new int[0] : axes) {
            gone[index(axis, dims.length)] = true;
        }
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
            if (!gone[i]) {
                left.add(dims[i]);
            }
        }
        return value.reshaped(left.stream().mapToInt(Integer::intValue).toArray());
    }

    private static Constant slice(NodeProto node, Inputs inputs) throws IOException {
        Constant value = inputs.at(0);
        boolean old = ints(node, "starts") != null;
        int[] starts = old ? require(node, "starts") : toInts(inputs.at(1));
        int[] ends = old ? require(node, "ends") : toInts(inputs.at(2));
        int @Nullable [] axes = old ? ints(node, "axes") : input(node, inputs, 3);
        int @Nullable [] steps = old ? null : input(node, inputs, 4);
        int[] from = value.dims();
        int[] dims = value.dims();
        int[] first = new int[dims.length];
        int[] step = new int[dims.length];
        Arrays.fill(step, 1);
        for (int i = 0; i < starts.length; i++) {
            int axis = index(axes == null ? i : axes[i], dims.length);
            int size = from[axis];
            step[axis] = steps == null ? 1 : steps[i];
            if (step[axis] < 1) {
                throw new IllegalArgumentException("made by a Slice with step " + step[axis] + " (expected: >= 1)");
            }
            first[axis] = bound(starts[i], size);
            int length = Math.max(0, bound(ends[i], size) - first[axis]);
            dims[axis] = (int) (((long) length + step[axis] - 1) / step[axis]);
        }
        int[] strides = strides(from);
        return value.gathered(dims, i -> {
            int rest = i;
            int at = 0;
            for (int d = dims.length - 1; d >= 0; d--) {
                at += (first[d] + rest % dims[d] * step[d]) * strides[d];
                rest /= dims[d];
            }
            return at;
        });
    }

    private static Constant concat(NodeProto node, Inputs inputs) throws IOException {
        Constant first = inputs.at(0);
        int axis = index((int) integer(node, "axis", 0), first.rank());
        int[] dims = first.dims();
        List<Constant> parts = new ArrayList<>(List.of(first));
        long total = dims[axis];
        for (int i = 1; i < node.getInputCount(); i++) {
            Constant part = inputs.at(i);
            int[] other = part.dims();
            if (other.length != dims.length || part.isFloat() != first.isFloat()) {
                throw new IllegalArgumentException("made by a Concat of " + Arrays.toString(dims) + " and "
                        + Arrays.toString(other) + " (expected: the same type and rank)");
            }
            for (int d = 0; d < dims.length; d++) {
                if (d != axis && other[d] != dims[d]) {
                    throw new IllegalArgumentException("made by a Concat of " + Arrays.toString(dims) + " and "
                            + Arrays.toString(other) + " along " + axis);
                }
            }
            total += other[axis];
            parts.add(part);
        }
        dims[axis] = (int) Math.min(total, Integer.MAX_VALUE);
        int count = Constant.count(dims);
        Object joined = first.isFloat() ? new float[count] : new long[count];
        int inner = 1;
        for (int d = axis + 1; d < dims.length; d++) {
            inner *= dims[d];
        }
        int row = dims[axis] * inner;
        int at = 0;
        for (Constant part : parts) {
            int block = part.dims()[axis] * inner;
            Object source = first.isFloat() ? part.floats() : part.longs();
            for (int o = 0; block > 0 && o < part.size() / block; o++) {
                System.arraycopy(source, o * block, joined, o * row + at, block);
            }
            at += block;
        }
        return joined instanceof float[] floats ? Constant.of(dims, floats) : Constant.of(dims, (long[]) joined);
    }

    private static Constant transpose(Constant value, int @Nullable [] perm) {
        int[] from = value.dims();
        int rank = from.length;
        int[] order = perm == null ? new int[rank] : perm;
        boolean[] seen = new boolean[rank];
        for (int i = 0; i < rank; i++) {
            if (perm == null) {
                order[i] = rank - 1 - i;
            }
            if (order.length != rank || order[i] < 0 || order[i] >= rank || seen[order[i]]) {
                throw new IllegalArgumentException(
                        "made by a Transpose with perm " + Arrays.toString(order) + " of " + Arrays.toString(from));
            }
            seen[order[i]] = true;
        }
        int[] dims = new int[rank];
        int[] strides = new int[rank];
        int[] own = strides(from);
        for (int i = 0; i < rank; i++) {
            dims[i] = from[order[i]];
            strides[i] = own[order[i]];
        }
        return value.gathered(dims, i -> {
            int rest = i;
            int at = 0;
            for (int d = rank - 1; d >= 0; d--) {
                at += rest % dims[d] * strides[d];
                rest /= dims[d];
            }
            return at;
        });
    }

    private static Constant reshape(Constant value, long[] shape, boolean zeroMeansZero) {
        if (shape.length > Constant.MAX_RANK) {
            throw new IllegalArgumentException("made by a Reshape to " + shape.length
                    + " dimensions (expected: at most " + Constant.MAX_RANK + ")");
        }
        int[] dims = new int[shape.length];
        int open = -1;
        long known = 1;
        for (int i = 0; i < shape.length; i++) {
            boolean keep = shape[i] == 0 && !zeroMeansZero;
            long dim = keep ? i < value.rank() ? value.dims()[i] : -2 : shape[i];
            if (dim == -1 && open < 0) {
                open = i;
                continue;
            }
            if (dim < 0 || dim > Integer.MAX_VALUE || known * dim > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("made by a Reshape to " + Arrays.toString(shape));
            }
            dims[i] = (int) dim;
            known *= dim;
        }
        if (open >= 0) {
            dims[open] = known == 0 ? 0 : (int) (value.size() / known);
        }
        return value.reshaped(dims);
    }

    private static int[] strides(int[] dims) {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int d = dims.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= dims[d];
        }
        return strides;
    }

    private static int bound(int index, int size) {
        return Math.max(0, Math.min(index < 0 ? index + size : index, size));
    }

    private static int index(int axis, int rank) {
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new IllegalArgumentException("axis " + axis + " (expected: within " + rank + " dimensions)");
        }
        return at;
    }

    private static int @Nullable [] input(NodeProto node, Inputs inputs, int index) throws IOException {
        return index < node.getInputCount() && !node.getInput(index).isEmpty() ? toInts(inputs.at(index)) : null;
    }

    private static int[] toInts(Constant value) {
        long[] longs = value.longs();
        int[] ints = new int[longs.length];
        for (int i = 0; i < ints.length; i++) {
            // The end of a slice is often the largest int64.
            ints[i] = (int) Math.max(-Integer.MAX_VALUE, Math.min(longs[i], Integer.MAX_VALUE));
        }
        return ints;
    }

    private static int[] require(NodeProto node, String name) {
        int @Nullable [] values = ints(node, name);
        if (values == null) {
            throw new IllegalArgumentException("made by a " + node.getOpType() + " without " + name);
        }
        return values;
    }

    private static int @Nullable [] ints(NodeProto node, String name) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return toInts(Constant.of(
                        new int[] {attribute.getIntsCount()},
                        attribute.getIntsList().stream()
                                .mapToLong(Long::longValue)
                                .toArray()));
            }
        }
        return null;
    }

    private static long integer(NodeProto node, String name, long otherwise) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute.getI();
            }
        }
        return otherwise;
    }
}
