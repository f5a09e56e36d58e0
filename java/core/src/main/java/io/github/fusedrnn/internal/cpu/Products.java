package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.spi.EngineOptions;
import java.util.Locale;

/** What computes the products, and the form of the weights; ordinals are the ABI's FR_PRODUCTS_*. */
enum Products {
    PACKED,
    OPENBLAS,
    FLOAT16,
    INT8;

    /** System property that selects what computes float32 products. */
    static final String PROPERTY = "fusedrnn.cpu.products";

    /** The name that users write. */
    String label() {
        return switch (this) {
            case PACKED, OPENBLAS -> name().toLowerCase(Locale.ROOT);
            case FLOAT16 -> "packed, weights as float16";
            case INT8 -> "packed, weights as int8 with a scale per row, x and h of up to 16 bits";
        };
    }

    /** The products for a precision; {@link Compression} has refused what cannot be combined. */
    static Products choose(EngineOptions options, Isa isa) {
        Products float32 = inFloat32(options.cpuProducts(), isa);
        return switch (options.precision()) {
            case FLOAT32 -> float32;
            case FLOAT16 -> FLOAT16;
            case INT8 -> INT8;
            case BFLOAT16, TF32 -> throw new IllegalArgumentException(Compression.notOfTheCpu(options.precision()));
        };
    }

    /** The products that were measured to be faster on an instruction set: {@code native/src/product_table.cc}. */
    static Products byDefault(Isa isa) {
        return values()[NativeApi.fr_products_default(isa.ordinal())];
    }

    /** Whether the builder's option, or the property in its place, names OpenBLAS. */
    static boolean isOpenBlas(String option) {
        return (option.equals("auto") ? System.getProperty(PROPERTY, "auto") : option).equals("openblas");
    }

    /**
     * The products that the builder's option or the property names, else those of the table of measurements.
     *
     * @throws IllegalArgumentException if the value is unknown
     */
    private static Products inFloat32(String option, Isa isa) {
        String name = option.equals("auto") ? PROPERTY : "cpuProducts";
        String value = option.equals("auto") ? System.getProperty(PROPERTY, "auto") : option;
        return switch (value) {
            case "auto" -> byDefault(isa);
            case "packed" -> PACKED;
            case "openblas" -> OPENBLAS;
            default -> throw Checks.wrong(name, "'" + value + "'", "auto, packed or openblas");
        };
    }
}
