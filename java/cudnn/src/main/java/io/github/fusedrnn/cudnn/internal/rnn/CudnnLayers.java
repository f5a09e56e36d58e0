package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.spi.Availability;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.RecurrentDesc;
import io.github.fusedrnn.spi.RecurrentEngine;

/** Which layers cuDNN runs, and what runs them. */
public final class CudnnLayers {
    private CudnnLayers() {}

    /** Whether a layer can run on a device; the reason names what cannot, and which backend can. */
    public static Availability supports(CudaDevice device, RecurrentDesc desc, EngineOptions options) {
        return Availability.no("recurrent layers are not built yet on this backend (CPU and REFERENCE run them)");
    }

    /** What runs layers of one description on a device. */
    public static RecurrentEngine engine(CudaDevice device, RecurrentDesc desc, EngineOptions options) {
        throw new UnsupportedOperationException(supports(device, desc, options).reason());
    }
}
