package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cudart.cudaEventDisableTiming;
import static org.bytedeco.cuda.global.cudart.cudaHostAllocDefault;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Pages of pinned host memory that are used in turn, each allocated on first use and kept. One thread at a time. */
final class PinnedRing {
    private final int pageBytes;
    private final Page[] pages;
    private int next;

    PinnedRing(int pages, int pageBytes) {
        this.pageBytes = pageBytes;
        this.pages = new Page[pages];
    }

    /** Bytes of each page. */
    int pageBytes() {
        return pageBytes;
    }

    /** The next page; waits until the device has finished with it. */
    Page next() {
        Page page = pages[next];
        if (page == null) {
            page = new Page(pageBytes);
            pages[next] = page;
        } else {
            page.await();
        }
        next = (next + 1) % pages.length;
        return page;
    }

    /** Pinned memory, and the event that the device has finished with it. */
    static final class Page {
        private final Pointer memory = new Span();
        private final CUevent_st done = new CUevent_st();
        private final Span device = new Span();
        private final ByteBuffer bytes;
        private final FloatBuffer floats;
        private final IntBuffer ints;

        private Page(int size) {
            CudaStatus.check(cudart.cudaHostAlloc(memory, size, cudaHostAllocDefault), "cudaHostAlloc");
            try {
                CudaStatus.check(
                        cudart.cudaEventCreateWithFlags(done, cudaEventDisableTiming), "cudaEventCreateWithFlags");
            } catch (RuntimeException | Error e) {
                cudart.cudaFreeHost(memory);
                throw e;
            }
            // A BytePointer, because JavaCPP does not know the element size of our own classes.
            bytes = new BytePointer(memory).capacity(size).asByteBuffer().order(ByteOrder.nativeOrder());
            floats = bytes.asFloatBuffer();
            ints = bytes.asIntBuffer();
        }

        ByteBuffer bytes() {
            return bytes;
        }

        FloatBuffer floats() {
            return floats;
        }

        IntBuffer ints() {
            return ints;
        }

        /** Enqueues a copy between the start of the page and the device; {@code kind} is CUDA's constant of the direction. */
        void copy(long deviceAddress, long count, int kind, CudaStream stream) {
            boolean toDevice = kind == cudart.cudaMemcpyHostToDevice;
            Pointer there = device.to(deviceAddress);
            CudaStatus.check(
                    cudart.cudaMemcpyAsync(
                            toDevice ? there : memory, toDevice ? memory : there, count, kind, stream.handle()),
                    "cudaMemcpyAsync");
            CudaStatus.check(cudart.cudaEventRecord(done, stream.handle()), "cudaEventRecord");
        }

        /** Waits for the last copy. */
        void await() {
            CudaStatus.check(cudart.cudaEventSynchronize(done), "cudaEventSynchronize");
        }
    }
}
