package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.natives.NativeApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The instruction sets that there are kernels for; ordinals are the ABI's FR_ISA_*. */
enum Isa {
    PLAIN,
    NEON,
    AVX2,
    AVX512;

    /** System property that selects the instruction set. */
    static final String PROPERTY = "fusedrnn.cpu.isa";
    /** Environment variable that selects it where the property is absent. */
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
     * The set that the builder's option, the property or the variable names, in this order; else the best one.
     *
     * @throws IllegalArgumentException if the one named is unknown or cannot run here; lists those that can
     */
    static Isa choose(String option) {
        if (!option.equals("auto")) {
            return named("cpuIsa", option);
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
        throw Checks.wrong(name, "'" + value + "'", "auto or one that runs here, " + supported());
    }
}
