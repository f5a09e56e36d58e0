package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToDevice;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;
import org.bytedeco.cuda.global.cudart;

/**
 * Float32 memory of a device. Writes copy the host's data, are enqueued on the device's stream and return at once; reads wait for the stream.
 */
public final class DeviceStorage extends TensorStorage {
    private final CudaDevice device;
    private final long address;
    private final Span target =
            new Span(); // guarded by itself, like the next: copies between steps must leave no garbage
    private final Span origin = new Span();

    private DeviceStorage(CudaDevice device, DeviceBlock block, long floats, String label) {
        super(label, floats, block::close);
        this.device = device;
        this.address = block.address();
    }

    /** A block of zeros. */
    public static DeviceStorage allocate(CudaDevice device, long floats, String label) {
        DeviceBlock block = device.memory().allocate(Math.multiplyExact(floats, (long) Float.BYTES), label);
        DeviceStorage storage;
        try {
            storage = new DeviceStorage(device, block, floats, label);
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
        try {
            storage.fill(0, floats, 0);
            return storage;
        } catch (RuntimeException | Error e) {
            storage.close();
            throw e;
        }
    }

    @Override
    public BackendKind backend() {
        return BackendKind.CUDNN;
    }

    @Override
    public boolean usableBy(BackendKind backend) {
        return backend == BackendKind.CUDNN;
    }

    @Override
    public int device() {
        return device.index();
    }

    @Override
    public void synchronize() {
        device.stream().synchronize();
    }

    @Override
    public long address() {
        return address;
    }

    private long at(long offset) {
        return address + offset * Float.BYTES;
    }

    @Override
    public void write(long offset, FloatBuffer from) {
        device.staging().write(at(offset), from);
    }

    @Override
    public void read(long offset, FloatBuffer to) {
        device.staging().read(at(offset), to);
    }

    @Override
    public void write(long offset, float[] from, int first, int count) {
        device.staging().write(at(offset), from, first, count);
    }

    @Override
    public void read(long offset, float[] to, int first, int count) {
        device.staging().read(at(offset), to, first, count);
    }

    @Override
    public void fill(long offset, long count, float value) {
        device.activate();
        CudaStatus.check(
                cudart.cuMemsetD32Async(
                        at(offset),
                        Float.floatToRawIntBits(value),
                        count,
                        device.stream().handle()),
                "cuMemsetD32Async");
    }

    @Override
    public void copy(long offset, TensorStorage from, long fromOffset, long count) {
        if (from instanceof DeviceStorage source) {
            copy(at(offset), source, source.at(fromOffset), count * Float.BYTES);
        } else {
            device.staging().write(at(offset), from, fromOffset, count);
        }
    }

    private void copy(long to, DeviceStorage source, long from, long bytes) {
        CudaStream stream = device.stream();
        boolean apart = source.device != device;
        if (apart) {
            stream.waitFor(source.device.stream());
        }
        device.activate();
        if (apart) {
            CudaStatus.check(
                    cudart.cudaMemcpyPeerAsync(
                            new Span(to),
                            device.index(),
                            new Span(from),
                            source.device.index(),
                            bytes,
                            stream.handle()),
                    "cudaMemcpyPeerAsync");
            source.device.stream().waitFor(stream); // the source may be overwritten or freed as soon as this returns
        } else {
            synchronized (target) {
                CudaStatus.check(
                        cudart.cudaMemcpyAsync(
                                target.to(to), origin.to(from), bytes, cudaMemcpyDeviceToDevice, stream.handle()),
                        "cudaMemcpyAsync");
            }
        }
    }

    @Override
    public float get(long offset) {
        FloatBuffer one = FloatBuffer.allocate(1);
        read(offset, one);
        return one.get(0);
    }

    @Override
    public void set(long offset, float value) {
        fill(offset, 1, value);
    }
}
