package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cudart.cudaEventDisableTiming;
import static org.bytedeco.cuda.global.cudart.cudaHostAllocDefault;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.spi.TensorStorage;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Copies between host and device through two pages of pinned memory, so that the host fills or empties one while the device copies the other;
 * pageable memory would make CUDA do the same with a page of its own, and wait. Thread-safe, one copy at a time.
 */
public final class PinnedStaging {
    /** Large enough that a copy's fixed cost (some microseconds) is lost in it, small enough to pin without thought. */
    private static final int PAGE_BYTES = 1 << 20;

    private final CudaDevice device;
    private final Page[] pages = new Page[2];
    private int next; // guarded by this, as the pages

    PinnedStaging(CudaDevice device) {
        this.device = device;
    }

    /** Pinned memory, and the event that tells when the device has done with it. */
    private static final class Page {
        private final Pointer memory = new Span();
        private final CUevent_st free = new CUevent_st();
        private final FloatBuffer floats;
        private final IntBuffer ints;

        Page() {
            CudaStatus.check(cudart.cudaHostAlloc(memory, PAGE_BYTES, cudaHostAllocDefault), "cudaHostAlloc");
            try {
                CudaStatus.check(
                        cudart.cudaEventCreateWithFlags(free, cudaEventDisableTiming), "cudaEventCreateWithFlags");
            } catch (RuntimeException | Error e) {
                cudart.cudaFreeHost(memory);
                throw e;
            }
            var bytes = new Span(memory.address(), PAGE_BYTES).asByteBuffer().order(ByteOrder.nativeOrder());
            floats = bytes.asFloatBuffer();
            ints = bytes.asIntBuffer();
        }
    }

    /** The next page, which the device has done with. */
    private Page page() {
        Page page = pages[next];
        if (page == null) {
            page = new Page();
            pages[next] = page;
        } else {
            CudaStatus.check(cudart.cudaEventSynchronize(page.free), "cudaEventSynchronize");
        }
        next = 1 - next;
        return page;
    }

    /** Copies all that remains of {@code from} to the device; returns when it has been read, the device's copy may still be under way. */
    public synchronized void write(long to, FloatBuffer from) {
        device.activate();
        long at = to;
        while (from.hasRemaining()) {
            Page page = page();
            int n = Math.min(from.remaining(), page.floats.capacity());
            page.floats.put(0, from, from.position(), n);
            from.position(from.position() + n);
            send(page, at, n);
            at += (long) n * Float.BYTES;
        }
    }

    /** As {@link #write(long, FloatBuffer)} from another block. */
    synchronized void write(long to, TensorStorage from, long fromOffset, long count) {
        device.activate();
        for (long done = 0; done < count; ) {
            Page page = page();
            int n = (int) Math.min(count - done, page.floats.capacity());
            from.read(fromOffset + done, page.floats.slice(0, n));
            send(page, to + done * Float.BYTES, n);
            done += n;
        }
    }

    /** Copies integers to the device. */
    public synchronized void write(long to, int[] from) {
        device.activate();
        for (int done = 0; done < from.length; ) {
            Page page = page();
            int n = Math.min(from.length - done, page.ints.capacity());
            page.ints.put(0, from, done, n);
            send(page, to + (long) done * Integer.BYTES, n);
            done += n;
        }
    }

    private void send(Page page, long to, int elements) {
        CudaStatus.check(
                cudart.cudaMemcpyAsync(
                        new Span(to),
                        page.memory,
                        (long) elements * Float.BYTES,
                        cudaMemcpyHostToDevice,
                        device.stream().handle()),
                "cudaMemcpyAsync");
        CudaStatus.check(cudart.cudaEventRecord(page.free, device.stream().handle()), "cudaEventRecord");
    }

    /** Fills all that remains of {@code to} from the device, in the order of its stream; returns when it is there. */
    public synchronized void read(long from, FloatBuffer to) {
        device.activate();
        long at = from;
        int start = to.position();
        try {
            Page full = null;
            int fullCount = 0;
            int left = to.remaining();
            while (left > 0 || full != null) {
                Page page = null;
                int n = Math.min(left, PAGE_BYTES / Float.BYTES);
                if (n > 0) {
                    page = page();
                    fetch(page, at, n);
                    at += (long) n * Float.BYTES;
                    left -= n;
                }
                empty(full, fullCount, to);
                full = page;
                fullCount = n;
            }
        } catch (RuntimeException | Error e) {
            to.position(start);
            throw e;
        }
    }

    private void fetch(Page page, long from, int elements) {
        CudaStatus.check(
                cudart.cudaMemcpyAsync(
                        page.memory,
                        new Span(from),
                        (long) elements * Float.BYTES,
                        cudaMemcpyDeviceToHost,
                        device.stream().handle()),
                "cudaMemcpyAsync");
        CudaStatus.check(cudart.cudaEventRecord(page.free, device.stream().handle()), "cudaEventRecord");
    }

    private static void empty(@Nullable Page page, int elements, FloatBuffer to) {
        if (page != null) {
            CudaStatus.check(cudart.cudaEventSynchronize(page.free), "cudaEventSynchronize");
            to.put(to.position(), page.floats, 0, elements);
            to.position(to.position() + elements);
        }
    }
}
