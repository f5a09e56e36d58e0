package io.github.fusedrnn.config;

/**
 * In which numbers a layer computes. The canonical weights stay float32, and so do inputs, outputs, states and gradients outside.
 *
 * <p>At batch 1 a recurrent layer is as fast as memory delivers its weights: half the bytes are up to twice the speed, a quarter up to four
 * times. What it costs in accuracy depends on the weights: {@link io.github.fusedrnn.check.PrecisionCheck} measures it on yours.
 *
 * <p>On the CPU backend {@link #FLOAT16} and {@link #INT8} are of its own kernels, for inference with the standard cells (LSTM, with
 * projection too, GRU with the reset after the product, RNN). A row's bits depend neither on its batch mates nor on the threads, as in
 * float32. On the cuDNN backend {@link #FLOAT16}, {@link #BFLOAT16} and {@link #TF32} use the GPU's tensor cores, for inference and training.
 */
public enum Precision {
    /** Float32 in memory and in every product. */
    FLOAT32,

    /**
     * IEEE half: 11 significant bits, magnitudes up to 65504. CPU: the packed weights alone are stored so (a larger weight is refused), are
     * widened exactly where they are used, and everything else is float32: the results are, to the bit, those of a float32 layer whose weight
     * matrices were rounded to half. cuDNN: weights, inputs, states, outputs and gradients are stored so inside a call, sums are float32;
     * small gradients vanish below 6e-8, so scale the loss. A larger weight is refused there, too, before inference and at the first call of
     * training; one that grows so large in training becomes infinite.
     */
    FLOAT16,

    /**
     * 8 bits with one scale per row of a weight matrix, symmetric: W is about scale · w, w an integer of −127..127. Inputs and h are
     * rounded in each step to up to 16 bits, with one scale per row of the batch, and summed exactly in 32 bits. Width of any product at most
     * 131,072. CPU only.
     */
    INT8,

    /** bfloat16: 8 significant bits, the range of float32. cuDNN only; everything inside a call is stored so, sums are float32. */
    BFLOAT16,

    /** Float32 in memory; products may round their factors to 11 significant bits (NVIDIA's TF32). cuDNN only. */
    TF32
}
