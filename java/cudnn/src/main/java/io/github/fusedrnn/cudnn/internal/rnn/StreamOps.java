package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToDevice;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.Span;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;

/**
 * Copies and fills on a stream, without garbage: on the device's stream, or temporarily on one that is being captured. The caller holds the lock
 * of the device's stream. One thread at a time.
 */
final class StreamOps {
    private final CudaDevice device;
    private final Span to = new Span();
    private final Span from = new Span();
    private CUstream_st stream;

    StreamOps(CudaDevice device) {
        this.device = device;
        this.stream = device.stream().handle();
    }

    CudaDevice device() {
        return device;
    }

    CUstream_st stream() {
        return stream;
    }

    /** The cuDNN handle of the device, which enqueues on the stream that {@link #redirect} has set. */
    cudnnContext handle() {
        return device.stream().cudnn();
    }

    /** Enqueues on another stream from now on. */
    void redirect(CUstream_st other) {
        CudaStatus.check(cudnn.cudnnSetStream(handle(), other), "cudnnSetStream");
        stream = other;
    }

    /** Enqueues on the device's stream again. */
    void restore() {
        stream = device.stream().handle();
        int status = cudnn.cudnnSetStream(handle(), stream);
        if (status != 0) {
            // Once more, because the handle is shared: on another stream, later work would run out of order.
            status = cudnn.cudnnSetStream(handle(), stream);
        }
        CudaStatus.check(status, "cudnnSetStream");
    }

    void copy(long target, long source, long bytes) {
        if (bytes > 0) {
            CudaStatus.check(
                    cudart.cudaMemcpyAsync(to.to(target), from.to(source), bytes, cudaMemcpyDeviceToDevice, stream),
                    "cudaMemcpyAsync");
        }
    }

    /** {@code height} pieces of {@code width} bytes, their starts {@code pitch} bytes apart on both sides. */
    void copyColumns(long target, long source, long pitch, long width, long height) {
        CudaStatus.check(
                cudart.cudaMemcpy2DAsync(
                        to.to(target), pitch, from.to(source), pitch, width, height, cudaMemcpyDeviceToDevice, stream),
                "cudaMemcpy2DAsync");
    }

    void zero(long target, long bytes) {
        if (bytes > 0) {
            CudaStatus.check(cudart.cudaMemsetAsync(to.to(target), 0, bytes, stream), "cudaMemsetAsync");
        }
    }

    /** {@code height} pieces of {@code width} bytes, their starts {@code pitch} bytes apart. */
    void zeroColumns(long target, long pitch, long width, long height) {
        CudaStatus.check(cudart.cudaMemset2DAsync(to.to(target), pitch, 0, width, height, stream), "cudaMemset2DAsync");
    }
}
