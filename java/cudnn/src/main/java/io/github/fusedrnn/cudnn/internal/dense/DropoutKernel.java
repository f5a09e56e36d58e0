package io.github.fusedrnn.cudnn.internal.dense;

import io.github.fusedrnn.cudnn.internal.device.CudaStream;
import io.github.fusedrnn.cudnn.internal.device.KernelCall;
import io.github.fusedrnn.cudnn.internal.device.Kernels;
import io.github.fusedrnn.internal.math.DropoutMask;

/** Dropout with the masks that all backends share. Not thread-safe: the caller holds the stream's lock. */
public final class DropoutKernel {
    private static final int UNITS_OF_A_THREAD = 4;

    private final KernelCall call;

    /** On the kernels of a device. */
    public DropoutKernel(Kernels kernels) {
        call = kernels.call("fr_cuda_dropout", 12);
    }

    /**
     * y = x ∘ mask / (1 − p) over elements at {@code t * strideT + n * strideN + unit}.
     *
     * @param x device address
     * @param y device address; may be {@code x}
     * @param layer index of the layer in the mask
     */
    public void run(
            CudaStream stream,
            long x,
            long y,
            long steps,
            long rows,
            long units,
            long strideT,
            long strideN,
            DropoutMask mask,
            int layer) {
        long threads = steps * rows * ((units + UNITS_OF_A_THREAD - 1) / UNITS_OF_A_THREAD);
        call.with(x)
                .with(y)
                .with(steps)
                .with(rows)
                .with(units)
                .with(strideT)
                .with(strideN)
                .with((int) mask.key())
                .with((int) (mask.key() >>> 32))
                .with((int) mask.threshold())
                .with(mask.scale())
                .with(layer)
                .run(stream, Grid.elementwise(threads), Grid.THREADS);
    }
}
