package io.github.fusedrnn.peers.pytorch;

import static org.bytedeco.pytorch.global.torch.gru;
import static org.bytedeco.pytorch.global.torch.lstm;
import static org.bytedeco.pytorch.global.torch.rnn_tanh;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.PackedSequence;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRef;
import org.bytedeco.pytorch.TensorVector;

/**
 * The library's recurrent functions with the parameters of a case. These are what its module classes call, without the overhead of those classes
 * (three wrapper allocations per call).
 */
final class Network implements AutoCloseable {
    private final CellKind cell;
    private final int layers;
    private final boolean bidirectional;
    private final List<String> names = new ArrayList<>();
    private final TensorVector parameters = new TensorVector();
    private final TensorArrayRef parameterList;
    /** h, or h and c: {@code [L*D, N, H]} each. */
    private final TensorVector states = new TensorVector();

    private final TensorArrayRef stateList;

    Network(CaseSpec spec, CaseData data) {
        cell = spec.cell();
        layers = spec.layers();
        bidirectional = spec.bidirectional();
        int gates = cell.gateCount();
        for (int k = 0; k < layers; k++) {
            for (int d = 0; d < spec.directions(); d++) {
                String suffix = "_l" + k + (d == 1 ? "_reverse" : "");
                long inputs = k == 0 ? spec.inputSize() : spec.outputSize();
                long rows = (long) gates * spec.hiddenSize();
                add(data, "weight_ih" + suffix, rows, inputs);
                add(data, "weight_hh" + suffix, rows, spec.hiddenSize());
                add(data, "bias_ih" + suffix, rows);
                add(data, "bias_hh" + suffix, rows);
            }
        }
        parameterList = new TensorArrayRef(parameters);
        long blocks = (long) layers * spec.directions();
        for (int i = 0; i < (cell == CellKind.LSTM ? 2 : 1); i++) {
            float[] zeros = new float[Math.toIntExact(blocks * spec.rows() * spec.hiddenSize())];
            states.push_back(tensor(zeros, blocks, spec.rows(), spec.hiddenSize()));
        }
        stateList = new TensorArrayRef(states);
    }

    private void add(CaseData data, String name, long... shape) {
        names.add(name);
        parameters.push_back(tensor(Objects.requireNonNull(data.weights().get(name), name), shape));
    }

    /** A tensor in memory of the library's own allocator. */
    static Tensor tensor(float[] values, long... shape) {
        return Tensor.create(values, shape);
    }

    static float[] copy(Tensor from) {
        try (Tensor dense = new Tensor(from.contiguous())) {
            float[] values = new float[Math.toIntExact(dense.numel())];
            FloatPointer floats = dense.data_ptr_float();
            floats.get(values);
            return values;
        }
    }

    TensorVector parameters() {
        return parameters;
    }

    /** The names of the parameters, in their order. */
    List<String> names() {
        return names;
    }

    /** Outputs and final states for {@code x [T, N, C]}; the caller closes the result. */
    Pointer forward(Tensor x, boolean training) {
        return switch (cell) {
            case LSTM -> lstm(x, stateList, parameterList, true, layers, 0, training, bidirectional, false);
            case GRU -> gru(x, states.get(0), parameterList, true, layers, 0, training, bidirectional, false);
            case RNN -> rnn_tanh(x, states.get(0), parameterList, true, layers, 0, training, bidirectional, false);
        };
    }

    /** The same for a packed sequence; the output is packed, too. */
    Pointer forward(PackedSequence x) {
        return switch (cell) {
            case LSTM ->
                lstm(x.data(), x.batch_sizes(), stateList, parameterList, true, layers, 0, false, bidirectional);
            case GRU ->
                gru(x.data(), x.batch_sizes(), states.get(0), parameterList, true, layers, 0, false, bidirectional);
            case RNN ->
                rnn_tanh(
                        x.data(), x.batch_sizes(), states.get(0), parameterList, true, layers, 0, false, bidirectional);
        };
    }

    /** The output in the result of {@link #forward}, by reference. */
    static Tensor output(Pointer result) {
        return result instanceof T_TensorTensorTensor_T three ? three.get0() : ((T_TensorTensor_T) result).get0();
    }

    /** Makes its final states the initial states of the next call, by reference. */
    void carry(Pointer result) {
        if (result instanceof T_TensorTensorTensor_T three) {
            states.put(0, three.get1());
            states.put(1, three.get2());
        } else {
            states.put(0, ((T_TensorTensor_T) result).get1());
        }
    }

    void resetStates() {
        for (long i = 0; i < states.size(); i++) {
            try (Tensor zeros = org.bytedeco.pytorch.global.torch.zeros_like(states.get(i))) {
                states.put(i, zeros);
            }
        }
    }

    @Override
    public void close() {
        stateList.close();
        states.close();
        parameterList.close();
        parameters.close();
    }
}
