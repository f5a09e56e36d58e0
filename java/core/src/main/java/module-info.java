/** Recurrent layers: the public API, the reference backend and the CPU backend. */
module io.github.fusedrnn {
    requires static transitive org.jspecify;
    requires org.bytedeco.javacpp;
    // Not named modules, and only for who uses the adapters in stream.metrics.
    requires static HdrHistogram;
    requires static micrometer.core;

    exports io.github.fusedrnn;
    exports io.github.fusedrnn.check;
    exports io.github.fusedrnn.config;
    exports io.github.fusedrnn.dense;
    exports io.github.fusedrnn.spi;
    exports io.github.fusedrnn.stream;
    exports io.github.fusedrnn.stream.metrics;
    exports io.github.fusedrnn.tensor;
    exports io.github.fusedrnn.weights;

    // Argument checks with one form of message.
    exports io.github.fusedrnn.internal.checks to
            io.github.fusedrnn.cudnn,
            io.github.fusedrnn.formats,
            io.github.fusedrnn.train;

    // The memory behind tensors and states, its bound, and the form of a refusal.
    exports io.github.fusedrnn.internal.memory to
            io.github.fusedrnn.cudnn,
            io.github.fusedrnn.train;

    // The dropout masks, which every backend must have.
    exports io.github.fusedrnn.internal.math to
            io.github.fusedrnn.cudnn;

    uses io.github.fusedrnn.spi.BackendProvider;
    uses io.github.fusedrnn.tensor.AllocatorProvider;

    // Binds the module that carries the native libraries, so that nobody needs --add-modules.
    uses io.github.fusedrnn.spi.NativesModule;

    provides io.github.fusedrnn.spi.BackendProvider with
            io.github.fusedrnn.internal.cpu.CpuProvider,
            io.github.fusedrnn.internal.reference.ReferenceProvider;
    provides io.github.fusedrnn.tensor.AllocatorProvider with
            io.github.fusedrnn.internal.layer.BackendAllocators;
}
