package io.github.fusedrnn.peers.pytorch;

import static org.bytedeco.pytorch.global.torch.pack_padded_sequence;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.PackedSequence;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Inference over the valid steps only, with a packed sequence. Packing the input is part of a call, since every library gets padded input; the
 * output stays packed.
 */
final class PackedInference implements InferenceStrategy {
    private final CaseSpec spec;
    private final int[] lengths;
    private final Network network;
    private final Tensor x;
    private final Tensor lengthTensor;
    private @Nullable Pointer result;

    PackedInference(CaseSpec spec, CaseData data) {
        this.spec = spec;
        lengths = Objects.requireNonNull(data.lengths());
        Mode.enter(true, false);
        network = new Network(spec, data);
        x = Network.tensor(data.x(), spec.steps(), spec.rows(), spec.inputSize());
        lengthTensor = Tensor.create(Arrays.stream(lengths).asLongStream().toArray(), spec.rows());
    }

    @Override
    public void run() {
        Mode.enter(true, false);
        Pointer next;
        try (PackedSequence packed = pack_padded_sequence(x, lengthTensor, false, true)) {
            next = network.forward(packed);
        }
        if (result != null) {
            result.close();
        }
        result = next;
    }

    @Override
    public void reset() {}

    @Override
    public float[] output() {
        if (result == null) {
            throw new IllegalStateException("no call yet");
        }
        float[] packed = Network.copy(Network.output(result));
        int width = spec.outputSize();
        float[] padded = new float[spec.steps() * spec.rows() * width];
        int from = 0;
        for (int t = 0; t < spec.steps(); t++) {
            for (int n = 0; n < spec.rows(); n++) {
                // Lengths are in descending order: the rows that are still valid come first.
                if (t < lengths[n]) {
                    System.arraycopy(packed, from, padded, (t * spec.rows() + n) * width, width);
                    from += width;
                }
            }
        }
        return padded;
    }

    @Override
    public void close() {
        if (result != null) {
            result.close();
        }
        lengthTensor.close();
        x.close();
        network.close();
    }
}
