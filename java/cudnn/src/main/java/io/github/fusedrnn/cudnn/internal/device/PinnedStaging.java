package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import io.github.fusedrnn.cudnn.internal.device.PinnedRing.Page;
import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Copies between host and device through pages of pinned memory, so that the host fills or empties one page while the device copies another. With
 * pageable memory CUDA would stage through a page of its own, and wait. In the order of the device's stream. Thread-safe, one copy in each direction
 * at a time.
 */
public final class PinnedStaging {
    /** Large enough to hide the fixed cost of a copy (some microseconds), small enough to stay pinned. */
    private static final int LARGE = 1 << 20;

    /** For row indices, lengths, labels: many small copies may be in flight before the host has to wait. */
    private static final int SMALL = 1 << 15;

    private static final int SMALL_PAGES = 16;

    private final CudaDevice device;
    private final Object up = new Object();
    private final PinnedRing upLarge = new PinnedRing(2, LARGE);
    private final PinnedRing upSmall = new PinnedRing(SMALL_PAGES, SMALL);
    private final Object down = new Object();
    private final PinnedRing downLarge = new PinnedRing(2, LARGE);
    private final PinnedRing downSmall = new PinnedRing(1, SMALL);

    PinnedStaging(CudaDevice device) {
        this.device = device;
    }

    /** Copies the rest of {@code from} to the device; returns when it has been read, while the copy may still be in flight. */
    public void write(long to, FloatBuffer from) {
        synchronized (up) {
            device.activate();
            PinnedRing ring = ring(upSmall, upLarge, from.remaining());
            for (long at = to; from.hasRemaining(); ) {
                Page page = ring.next();
                int n = Math.min(from.remaining(), page.floats().capacity());
                page.floats().put(0, from, from.position(), n);
                from.position(from.position() + n);
                send(page, at, n);
                at += (long) n * Float.BYTES;
            }
        }
    }

    /** Like {@link #write(long, FloatBuffer)}, from another block. */
    void write(long to, TensorStorage from, long fromOffset, long count) {
        synchronized (up) {
            device.activate();
            PinnedRing ring = ring(upSmall, upLarge, count);
            for (long done = 0; done < count; ) {
                Page page = ring.next();
                int n = (int) Math.min(count - done, page.floats().capacity());
                from.read(fromOffset + done, page.floats().slice(0, n));
                send(page, to + done * Float.BYTES, n);
                done += n;
            }
        }
    }

    /** Copies {@code count} integers, from index {@code first} on, to the device. */
    public void write(long to, int[] from, int first, int count) {
        synchronized (up) {
            device.activate();
            PinnedRing ring = ring(upSmall, upLarge, count);
            for (int done = 0; done < count; ) {
                Page page = ring.next();
                int n = Math.min(count - done, page.ints().capacity());
                page.ints().put(0, from, first + done, n);
                send(page, to + (long) done * Integer.BYTES, n);
                done += n;
            }
        }
    }

    /** Copies {@code count} elements, from index {@code first} on, to the device; unlike a wrapped buffer this leaves no garbage. */
    void write(long to, float[] from, int first, int count) {
        synchronized (up) {
            device.activate();
            PinnedRing ring = ring(upSmall, upLarge, count);
            for (int done = 0; done < count; ) {
                Page page = ring.next();
                int n = Math.min(count - done, page.floats().capacity());
                page.floats().put(0, from, first + done, n);
                send(page, to + (long) done * Float.BYTES, n);
                done += n;
            }
        }
    }

    private void send(Page page, long to, int elements) {
        page.copy(to, (long) elements * Float.BYTES, cudaMemcpyHostToDevice, device.stream());
    }

    private static PinnedRing ring(PinnedRing small, PinnedRing large, long elements) {
        return elements * Float.BYTES <= small.pageBytes() ? small : large;
    }

    /** Fills the rest of {@code to} from the device; returns when the copy has finished. */
    public void read(long from, FloatBuffer to) {
        synchronized (down) {
            device.activate();
            PinnedRing ring = ring(downSmall, downLarge, to.remaining());
            long at = from;
            int left = to.remaining();
            Page full = null;
            int fullCount = 0;
            while (left > 0 || full != null) {
                Page page = null;
                int n = Math.min(left, ring.pageBytes() / Float.BYTES);
                if (n > 0) {
                    page = ring.next();
                    page.copy(at, (long) n * Float.BYTES, cudaMemcpyDeviceToHost, device.stream());
                    at += (long) n * Float.BYTES;
                    left -= n;
                }
                empty(full, fullCount, to);
                full = page;
                fullCount = n;
            }
        }
    }

    /** Fills {@code count} elements, from index {@code first} on; a copy that fits a small page leaves no garbage. */
    void read(long from, float[] to, int first, int count) {
        if ((long) count * Float.BYTES > downSmall.pageBytes()) {
            read(from, FloatBuffer.wrap(to, first, count));
            return;
        }
        synchronized (down) {
            device.activate();
            Page page = downSmall.next();
            page.copy(from, (long) count * Float.BYTES, cudaMemcpyDeviceToHost, device.stream());
            page.await();
            page.floats().get(0, to, first, count);
        }
    }

    private static void empty(@Nullable Page page, int elements, FloatBuffer to) {
        if (page != null) {
            page.await();
            to.put(to.position(), page.floats(), 0, elements);
            to.position(to.position() + elements);
        }
    }

    /** Fills a small array from the device; returns when the copy has finished. */
    public void read(long from, double[] to) {
        synchronized (down) {
            device.activate();
            Page page = downSmall.next();
            page.copy(from, (long) to.length * Double.BYTES, cudaMemcpyDeviceToHost, device.stream());
            page.await();
            page.bytes().asDoubleBuffer().get(0, to);
        }
    }
}
