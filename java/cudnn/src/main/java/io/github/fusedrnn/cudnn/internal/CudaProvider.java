package io.github.fusedrnn.cudnn.internal;

import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.FusedRnnException;
import io.github.fusedrnn.spi.Availability;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BackendProvider;

/** Offers the cuDNN backend where a GPU, its driver, CUDA and cuDNN are found. No CUDA class is loaded where there is no driver. */
public final class CudaProvider implements BackendProvider {
    private static final int RANK = 200;

    /** For the ServiceLoader. */
    public CudaProvider() {}

    @Override
    public BackendKind kind() {
        return BackendKind.CUDNN;
    }

    @Override
    public int rank() {
        return RANK;
    }

    @Override
    public Availability availability() {
        return CudaProbe.result().availability();
    }

    @Override
    public Backend open() {
        Availability found = availability();
        if (!found.available()) {
            throw new FusedRnnException("backend CUDNN is not available: " + found.reason(), null);
        }
        return CudaBackend.ofDefaultDevice();
    }
}
