package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.tensor.NativeResource;

/**
 * What a training forward keeps for its backward: cuDNN's reserve space of each stage, and what stands between the stages. Its blocks grow
 * to what forward finds it needs.
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
            spaces[i] = scratch(device, label() + ": cuDNN's", cleanup);
            inputs[i] = scratch(device, label() + ": what a stage read", cleanup);
            outputs[i] = scratch(device, label() + ": what a stage put out", cleanup);
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

    /** What a stage read, where that was not the caller's x. */
    Scratch input(int stage) {
        return inputs[stage];
    }

    /** What a stage put out, where that was not the caller's y. */
    Scratch output(int stage) {
        return outputs[stage];
    }

    /** The initial states, where these were not the caller's. */
    Scratch states() {
        return states;
    }

    /** What forward ran with; backward must run with the same. */
    Algorithm algorithm() {
        return algorithm;
    }

    /** Forward has filled it, with this algorithm. */
    void filled(Algorithm used) {
        algorithm = used;
        spent = false;
    }

    /** Backward begins, which writes into cuDNN's parts: they serve no second one. */
    void spend() {
        spent = true;
    }

    /** Whether a backward has begun and, if there is another one, must have failed. */
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
