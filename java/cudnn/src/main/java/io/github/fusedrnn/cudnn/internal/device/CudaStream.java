package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cublas.CUBLAS_PEDANTIC_MATH;
import static org.bytedeco.cuda.global.cudart.cudaEventDisableTiming;
import static org.bytedeco.cuda.global.cudart.cudaStreamNonBlocking;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.tensor.NativeResource;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.jspecify.annotations.Nullable;

/**
 * A queue of work on a device, with the cuBLAS and cuDNN handles that enqueue on it. Enqueueing is asynchronous to the host.
 *
 * <p>Any thread may use it, but the handles serve one at a time: a thread that enqueues holds {@link #lock()}, which costs tens of nanoseconds
 * without contention. The lock is reentrant.
 */
public final class CudaStream extends NativeResource {
    private final CudaDevice device;
    private final Handles handles;
    private final ReentrantLock lock = new ReentrantLock();

    /** A new stream of a device; the caller closes it. */
    public CudaStream(CudaDevice device, String label) {
        this(device, label, Handles.create(device));
    }

    private CudaStream(CudaDevice device, String label, Handles handles) {
        super(label, handles::destroy);
        this.device = device;
        this.handles = handles;
    }

    /** Its device. */
    public CudaDevice device() {
        return device;
    }

    /** Held, with the device active, while work is enqueued. */
    public ReentrantLock lock() {
        return lock;
    }

    /** The stream itself. */
    public CUstream_st handle() {
        return handles.stream;
    }

    /** The cuBLAS handle, made on first use: float32 products are float32, nothing is rounded to TF32. The caller holds the lock. */
    public cublasContext cublas() {
        return handles.blas();
    }

    /** The cuDNN handle, made on first use. The caller holds the lock. */
    public cudnnContext cudnn() {
        return handles.dnn();
    }

    /** Waits until everything enqueued so far has run; throws if the device has failed meanwhile. */
    public void synchronize() {
        device.activate();
        CudaStatus.check(cudart.cudaStreamSynchronize(handles.stream), "cudaStreamSynchronize");
    }

    /** Work enqueued here from now on starts after all work that the other stream has now. */
    public void waitFor(CudaStream other) {
        other.lock.lock();
        try {
            other.device.activate();
            CudaStatus.check(cudart.cudaEventRecord(other.handles.event, other.handles.stream), "cudaEventRecord");
            device.activate();
            CudaStatus.check(cudart.cudaStreamWaitEvent(handles.stream, other.handles.event, 0), "cudaStreamWaitEvent");
        } finally {
            other.lock.unlock();
        }
    }

    /** What must be destroyed; it does not refer to the stream object, whose cleaner it serves. */
    private static final class Handles {
        private final CudaDevice device;
        private final CUstream_st stream = new CUstream_st();
        private final CUevent_st event = new CUevent_st();
        private @Nullable cublasContext blas;
        private @Nullable DeviceBlock blasWorkspace;
        private @Nullable cudnnContext dnn;

        private Handles(CudaDevice device) {
            this.device = device;
        }

        static Handles create(CudaDevice device) {
            device.activate();
            Handles handles = new Handles(device);
            try {
                CudaStatus.check(
                        cudart.cudaStreamCreateWithFlags(handles.stream, cudaStreamNonBlocking),
                        "cudaStreamCreateWithFlags");
                CudaStatus.check(
                        cudart.cudaEventCreateWithFlags(handles.event, cudaEventDisableTiming),
                        "cudaEventCreateWithFlags");
            } catch (RuntimeException | Error e) {
                handles.destroy();
                throw e;
            }
            return handles;
        }

        cublasContext blas() {
            cublasContext made = blas;
            if (made == null) {
                made = new cublasContext();
                CudaStatus.check(cublas.cublasCreate_v2(made), "cublasCreate_v2");
                DeviceBlock workspace = null;
                try {
                    CudaStatus.check(cublas.cublasSetStream_v2(made, stream), "cublasSetStream_v2");
                    CudaStatus.check(cublas.cublasSetMathMode(made, CUBLAS_PEDANTIC_MATH), "cublasSetMathMode");
                    workspace = device.memory().allocate(workspaceBytes(), "cuBLAS workspace");
                    CudaStatus.check(
                            cublas.cublasSetWorkspace_v2(made, new Span(workspace.address()), workspace.bytes()),
                            "cublasSetWorkspace_v2");
                } catch (RuntimeException | Error e) {
                    cublas.cublasDestroy_v2(made);
                    if (workspace != null) {
                        workspace.close();
                    }
                    throw e;
                }
                blas = made;
                blasWorkspace = workspace;
            }
            return made;
        }

        /** As much as cuBLAS would allocate itself; with a workspace of the handle's own the same call gives the same bits. */
        private long workspaceBytes() {
            return device.computeCapability() >= 90 ? 32L << 20 : 4L << 20;
        }

        cudnnContext dnn() {
            cudnnContext made = dnn;
            if (made == null) {
                made = new cudnnContext();
                CudaStatus.check(cudnn.cudnnCreate(made), "cudnnCreate");
                try {
                    CudaStatus.check(cudnn.cudnnSetStream(made, stream), "cudnnSetStream");
                } catch (RuntimeException | Error e) {
                    cudnn.cudnnDestroy(made);
                    throw e;
                }
                dnn = made;
            }
            return made;
        }

        /** Called once. Ignores statuses: nobody can handle them, and the rest must be destroyed as well. */
        void destroy() {
            cudart.cudaSetDevice(device.index());
            if (dnn != null) {
                cudnn.cudnnDestroy(dnn);
            }
            if (blas != null) {
                cublas.cublasDestroy_v2(blas);
            }
            if (blasWorkspace != null) {
                blasWorkspace.close();
            }
            if (!event.isNull()) {
                cudart.cudaEventDestroy(event);
            }
            if (!stream.isNull()) {
                cudart.cudaStreamDestroy(stream);
            }
        }
    }
}
