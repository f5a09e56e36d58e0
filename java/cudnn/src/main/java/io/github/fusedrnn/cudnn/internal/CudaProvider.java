package io.github.fusedrnn.cudnn.internal;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BackendProvider;

/** Provides the cuDNN backend where a GPU, its driver, CUDA and cuDNN are found. No CUDA class is loaded where there is no driver. */
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
        Availability found = CudaProbe.result().availability();
        return found.available() ? Opening.tried(found) : found;
    }

    /**
     * A device can exist and still be unavailable, because another process uses it exclusively or its memory is full. That may change, so every
     * query tries again. A wrong setting is not such a reason: it remains an error when the backend is opened.
     */
    private static final class Opening {
        static Availability tried(Availability found) {
            try {
                CudaBackend.ofDefaultDevice();
                return found;
            } catch (IllegalArgumentException e) {
                return found;
            } catch (LinkageError | RuntimeException e) {
                return Availability.no("the GPU cannot be opened (" + e.getMessage() + ")");
            }
        }
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
