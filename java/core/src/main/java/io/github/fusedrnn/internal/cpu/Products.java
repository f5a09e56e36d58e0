package io.github.fusedrnn.internal.cpu;

import java.util.Locale;

/** Who computes the products; ordinals are the ABI's FR_PRODUCTS_*. */
enum Products {
    PACKED,
    OPENBLAS;

    /** System property that forces the choice. */
    static final String PROPERTY = "fusedrnn.cpu.products";

    /** The name that users write. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * What a builder's wish or the property asks for, else our own kernels where there are vector kernels.
     *
     * @throws IllegalArgumentException if the value is unknown
     */
    static Products choose(String wish, Isa isa) {
        String name = wish.equals("auto") ? PROPERTY : "cpuProducts";
        String value = wish.equals("auto") ? System.getProperty(PROPERTY, "auto") : wish;
        return switch (value) {
            case "auto" -> isa == Isa.PLAIN ? OPENBLAS : PACKED;
            case "packed" -> PACKED;
            case "openblas" -> OPENBLAS;
            default ->
                throw new IllegalArgumentException(name + ": '" + value + "' (expected: auto, packed or openblas)");
        };
    }
}
