package io.github.fusedrnn.peers.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A session with preallocated inputs and outputs: tensors over direct buffers, outputs pinned. A carried state alternates between two tensors, each
 * the output of one call and the input of the next.
 */
final class OnnxRuntimeInference implements LibraryCase {
    /** The alignment of ONNX Runtime's own allocator, in bytes. */
    private static final int ALIGNMENT = 64;

    private final CaseSpec spec;
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final List<OnnxTensor> tensors = new ArrayList<>();
    private final List<FloatBuffer> states = new ArrayList<>();
    private final FloatBuffer y;
    private final Binding[] bindings = new Binding[2];
    private int nextBinding;

    /** The inputs and outputs of one call. */
    private record Binding(Map<String, OnnxTensor> in, Map<String, OnnxTensor> out) {}

    OnnxRuntimeInference(CaseSpec spec, CaseData data, int threads) throws OrtException {
        this.spec = spec;
        try (SessionOptions options = new SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            options.addConfigEntry("session.intra_op.allow_spinning", "1");
            session = environment.createSession(OnnxModel.of(spec, data), options);
        }
        FloatBuffer x = floats(data.x().length).put(data.x()).rewind();
        y = floats(spec.steps() * spec.rows() * spec.outputSize());
        OnnxTensor xTensor = tensor(x, spec.steps(), spec.rows(), spec.inputSize());
        OnnxTensor yTensor = tensor(y, spec.steps(), spec.directions(), spec.rows(), spec.hiddenSize());
        for (int i = 0; i < bindings.length; i++) {
            bindings[i] = new Binding(new HashMap<>(), new HashMap<>());
            bindings[i].in().put("x", xTensor);
            bindings[i].out().put("y" + (spec.layers() - 1), yTensor);
        }
        if (data.lengths() != null) {
            OnnxTensor lengths = lengths(data.lengths());
            bindings[0].in().put("lengths", lengths);
            bindings[1].in().put("lengths", lengths);
        }
        for (int layer = 0; layer < spec.layers(); layer++) {
            bindState("h", layer);
            if (spec.cell() == CellKind.LSTM) {
                bindState("c", layer);
            }
        }
    }

    private void bindState(String kind, int layer) throws OrtException {
        OnnxTensor even = state();
        OnnxTensor odd = state();
        bindings[0].out().put(kind + layer, even);
        bindings[1].out().put(kind + layer, odd);
        if (spec.carriesState()) {
            bindings[0].in().put(kind + "_in", odd);
            bindings[1].in().put(kind + "_in", even);
        }
    }

    private OnnxTensor state() throws OrtException {
        FloatBuffer values = floats(spec.directions() * spec.rows() * spec.hiddenSize());
        states.add(values);
        return tensor(values, spec.directions(), spec.rows(), spec.hiddenSize());
    }

    private OnnxTensor tensor(FloatBuffer values, long... shape) throws OrtException {
        OnnxTensor tensor = OnnxTensor.createTensor(environment, values, shape);
        tensors.add(tensor);
        return tensor;
    }

    private OnnxTensor lengths(int[] values) throws OrtException {
        IntBuffer direct = ByteBuffer.allocateDirect(values.length * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer()
                .put(values)
                .rewind();
        OnnxTensor tensor = OnnxTensor.createTensor(environment, direct, new long[] {values.length});
        tensors.add(tensor);
        return tensor;
    }

    /** The slice is aligned at both ends, which costs up to one alignment at each. */
    private static FloatBuffer floats(int size) {
        return ByteBuffer.allocateDirect(size * Float.BYTES + 2 * ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .order(ByteOrder.nativeOrder())
                .slice(0, size * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public void run() throws OrtException {
        Binding binding = bindings[nextBinding];
        nextBinding ^= 1;
        session.run(binding.in(), Set.of(), binding.out()).close();
    }

    @Override
    public void reset() {
        for (FloatBuffer state : states) {
            for (int i = 0; i < state.capacity(); i++) {
                state.put(i, 0);
            }
        }
    }

    /** From [T, D, N, H] to [T, N, D*H]. */
    @Override
    public float[] output() {
        int h = spec.hiddenSize();
        int n = spec.rows();
        int d = spec.directions();
        float[] output = new float[y.capacity()];
        for (int t = 0; t < spec.steps(); t++) {
            for (int direction = 0; direction < d; direction++) {
                for (int row = 0; row < n; row++) {
                    y.get(((t * d + direction) * n + row) * h, output, ((t * n + row) * d + direction) * h, h);
                }
            }
        }
        return output;
    }

    @Override
    public Map<String, float[]> gradients() {
        return Map.of();
    }

    @Override
    public void close() throws OrtException {
        tensors.forEach(OnnxTensor::close);
        session.close();
    }
}
