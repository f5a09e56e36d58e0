package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.natives.NativeApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The instruction sets that kernels exist for; ordinals are the ABI's FR_ISA_*. */
enum Isa {
    PLAIN,
    NEON,
    AVX2,
    AVX512;

    /** System property that forces the choice. */
    static final String PROPERTY = "fusedrnn.cpu.isa";
    /** Environment variable that does so where the property is absent. */
    static final String VARIABLE = "FUSEDRNN_ISA";

    /** The name that users write. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isSupported() {
        return NativeApi.fr_isa_supported(ordinal()) == 1;
    }

    static Isa best() {
        return values()[NativeApi.fr_isa_best()];
    }

    static List<String> supported() {
        List<String> labels = new ArrayList<>();
        for (Isa isa : values()) {
            if (isa.isSupported()) {
                labels.add(isa.label());
            }
        }
        return labels;
    }

    /**
     * The set that a builder's wish, the property or the variable asks for, in this order, or the best.
     *
     * @throws IllegalArgumentException if the one asked for is unknown or cannot run here; lists those that can
     */
    static Isa choose(String wish) {
        if (!wish.equals("auto")) {
            return named("cpuIsa", wish);
        }
        Isa byProperty = fromSetting(PROPERTY, System.getProperty(PROPERTY));
        if (byProperty != null) {
            return byProperty;
        }
        Isa byVariable = fromSetting(VARIABLE, System.getenv(VARIABLE));
        return byVariable != null ? byVariable : best();
    }

    private static @Nullable Isa fromSetting(String name, @Nullable String value) {
        return value == null || value.isBlank() || value.equals("auto") ? null : named(name, value);
    }

    private static Isa named(String name, String value) {
        for (Isa isa : values()) {
            if (isa.label().equals(value) && isa.isSupported()) {
                return isa;
            }
        }
        throw new IllegalArgumentException(
                name + ": '" + value + "' (expected: auto or one that runs here, " + supported() + ")");
    }
}
