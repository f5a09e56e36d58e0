package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.spi.EngineOptions;
import java.util.Locale;

/** Who computes the products, and on what weights; ordinals are the ABI's FR_PRODUCTS_*. */
enum Products {
    PACKED,
    OPENBLAS,
    FLOAT16,
    INT8;

    /** System property that forces the choice. */
    static final String PROPERTY = "fusedrnn.cpu.products";

    /** The name that users write. */
    String label() {
        return switch (this) {
            case PACKED, OPENBLAS -> name().toLowerCase(Locale.ROOT);
            case FLOAT16 -> "packed, weights as float16";
            case INT8 -> "packed, weights as int8 with a scale per row, x and h of up to 16 bits";
        };
    }

    /** As {@link #wished}, for the precision asked for; {@link Compression} has refused what cannot be. */
    static Products choose(EngineOptions options, Isa isa) {
        Products wished = wished(options.cpuProducts(), isa);
        return switch (options.precision()) {
            case FLOAT32 -> wished;
            case FLOAT16 -> FLOAT16;
            case INT8 -> INT8;
            case BFLOAT16, TF32 -> throw new IllegalArgumentException(Compression.notOfTheCpu(options.precision()));
        };
    }

    /** Whose products were measured to be the faster on that instruction set: {@code native/src/product_table.cc}. */
    static Products byDefault(Isa isa) {
        return values()[NativeApi.fr_products_default(isa.ordinal())];
    }

    /** Whether a builder's wish, or the property in its place, is OpenBLAS by name. */
    static boolean isOpenBlas(String wish) {
        return (wish.equals("auto") ? System.getProperty(PROPERTY, "auto") : wish).equals("openblas");
    }

    /**
     * What a builder's wish or the property asks for, else what the table of measurements says.
     *
     * @throws IllegalArgumentException if the value is unknown
     */
    private static Products wished(String wish, Isa isa) {
        String name = wish.equals("auto") ? PROPERTY : "cpuProducts";
        String value = wish.equals("auto") ? System.getProperty(PROPERTY, "auto") : wish;
        return switch (value) {
            case "auto" -> byDefault(isa);
            case "packed" -> PACKED;
            case "openblas" -> OPENBLAS;
            default ->
                throw new IllegalArgumentException(name + ": '" + value + "' (expected: auto, packed or openblas)");
        };
    }
}
