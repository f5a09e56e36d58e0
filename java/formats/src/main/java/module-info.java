/** Reads and writes the files that models come in. */
module io.github.fusedrnn.formats {
    requires transitive io.github.fusedrnn;
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.core;
    // Not named modules: they would keep whoever requires this one from being linked by jlink. Only ONNX and Keras need
    // them.
    requires static com.google.protobuf;
    requires static io.jhdf;

    exports io.github.fusedrnn.formats;
    exports io.github.fusedrnn.formats.arrays;
    exports io.github.fusedrnn.formats.keras;
    exports io.github.fusedrnn.formats.layout;
    exports io.github.fusedrnn.formats.model;
    exports io.github.fusedrnn.formats.onnx;
    exports io.github.fusedrnn.formats.pytorch;
    exports io.github.fusedrnn.formats.safetensors;
    exports io.github.fusedrnn.formats.stream;
}
