package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.tensor.NativeResource;

/**
 * What a training forward saves for its backward: cuDNN's reserve space of each stage, and the sequences between the stages. Its blocks grow to
 * what forward needs.
 */
final class CudnnReserve extends NativeResource implements Reserve {
    private final int maxT;
    private final int maxN;
    private final Scratch[] spaces;
    private final Scratch[] inputs;
    private final Scratch[] outputs;
    private final Scratch states;
    private Algorithm algorithm = Algorithm.STANDARD;
    private boolean spent;

    CudnnReserve(CudaDevice device, int stages, int maxT, int maxN) {
        this(device, stages, maxT, maxN, new Cleanup());
    }

    private CudnnReserve(CudaDevice device, int stages, int maxT, int maxN, Cleanup cleanup) {
        super("reserve of a tape for T = " + maxT + ", N = " + maxN, cleanup);
        this.maxT = maxT;
        this.maxN = maxN;
        spaces = new Scratch[stages];
        inputs = new Scratch[stages];
        outputs = new Scratch[stages];
        for (int i = 0; i < stages; i++) {
            spaces[i] = scratch(device, label() + ": cuDNN's reserve space", cleanup);
            inputs[i] = scratch(device, label() + ": input of a stage", cleanup);
            outputs[i] = scratch(device, label() + ": output of a stage", cleanup);
        }
        states = scratch(device, label() + ": initial states", cleanup);
    }

    private static Scratch scratch(CudaDevice device, String label, Cleanup cleanup) {
        Scratch made = new Scratch(device, label);
        cleanup.add(made::close);
        return made;
    }

    /** cuDNN's own part for a stage. */
    Scratch space(int stage) {
        return spaces[stage];
    }

    /** The input of a stage, where it was not the caller's x. */
    Scratch input(int stage) {
        return inputs[stage];
    }

    /** The output of a stage, where it was not the caller's y. */
    Scratch output(int stage) {
        return outputs[stage];
    }

    /** The initial states, where they were not the caller's. */
    Scratch states() {
        return states;
    }

    /** The algorithm of forward; backward must use the same. */
    Algorithm algorithm() {
        return algorithm;
    }

    /** Records that forward has filled it with this algorithm. */
    void filled(Algorithm used) {
        algorithm = used;
        spent = false;
    }

    /** Records that a backward begins. It overwrites cuDNN's reserve spaces, so a second one cannot use them. */
    void spend() {
        spent = true;
    }

    /** Whether a backward has begun; where there is another one, the first must have failed. */
    boolean isSpent() {
        return spent;
    }

    @Override
    public int maxT() {
        return maxT;
    }

    @Override
    public int maxN() {
        return maxN;
    }

    @Override
    public long bytes() {
        long sum = states.bytes();
        for (int i = 0; i < spaces.length; i++) {
            sum += spaces[i].bytes() + inputs[i].bytes() + outputs[i].bytes();
        }
        return sum;
    }
}
