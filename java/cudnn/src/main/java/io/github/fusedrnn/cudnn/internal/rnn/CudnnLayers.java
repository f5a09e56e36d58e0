package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.RecurrentEngine;
import org.jspecify.annotations.Nullable;

/** Which layers cuDNN supports, and their engines. */
public final class CudnnLayers {
    private CudnnLayers() {}

    /** Whether a layer can run on a device; the reason names the feature that cannot, and the backends that can. */
    public static Availability supports(CudaDevice device, RecurrentConfig config, EngineOptions options) {
        String feature = feature(config);
        if (feature != null) {
            return Availability.no(
                    feature + " is not supported: cuDNN has no kernel for it; backends CPU and REFERENCE run it");
        }
        if (options.precision() == Precision.INT8) {
            return Availability.no("precision INT8 is not supported; backend CPU has it");
        }
        String mapped = mapped(config, options);
        if (mapped != null) {
            Availability kernels = SequenceMaps.available(device);
            if (!kernels.available()) {
                return Availability.no(
                        mapped + " is not supported here: " + kernels.reason() + "; backends CPU and REFERENCE run it");
            }
        }
        return Availability.yes("supported by cuDNN");
    }

    /** The first feature that cuDNN lacks; null if it has all of them. */
    private static @Nullable String feature(RecurrentConfig config) {
        if (config.reset() != ResetPlacement.AFTER) {
            return "a GRU reset " + config.reset();
        }
        if (config.peepholes()) {
            return "peepholes";
        }
        if (config.coupledInputForget()) {
            return "coupled input and forget gates";
        }
        if (config.gateClip() > 0) {
            return "a gate clip";
        }
        for (int d = 0; d < config.directions(); d++) {
            if (!hasOwnActivations(config, d)) {
                return "an activation other than the cell's own";
            }
        }
        return null;
    }

    private static boolean hasOwnActivations(RecurrentConfig config, int d) {
        if (config.cell() == CellKind.RNN) {
            Activation f = config.activation(d, 0);
            return f.equals(config.activation(0, 0)) && (f.equals(Activation.TANH) || f.equals(Activation.RELU));
        }
        int slots = config.cell().activationSlots().size();
        for (int slot = 0; slot < slots; slot++) {
            if (!config.activation(d, slot).equals(slot == 0 ? Activation.SIGMOID : Activation.TANH)) {
                return false;
            }
        }
        return true;
    }

    /** The first feature that needs our own kernels beside cuDNN's; null if none does. */
    private static @Nullable String mapped(RecurrentConfig config, EngineOptions options) {
        StageChain chain = StageChain.training(config, options);
        if (chain.reverse()) {
            return "the reverse direction alone";
        }
        if (chain.sum()) {
            return "the sum of both directions";
        }
        if (chain.masked()) {
            return "dropout with reproducible masks (cudnnDropout(true) uses cuDNN's own)";
        }
        return MathMode.of(options.precision()).isHalf() ? "precision " + options.precision() : null;
    }

    /**
     * The engine for layers of one description on a device.
     *
     * @throws IllegalArgumentException if an option's value is unknown or cannot be met; lists the choices
     */
    public static RecurrentEngine engine(CudaDevice device, RecurrentConfig config, EngineOptions options) {
        return new CudnnEngine(device, config, options);
    }
}
