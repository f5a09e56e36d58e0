package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceBlock;
import io.github.fusedrnn.cudnn.internal.device.HostBlock;
import io.github.fusedrnn.cudnn.internal.device.Span;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.cudnn.cudnnDropoutStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.SizeTPointer;

/** cuDNN's dropout descriptor with the states of its generator, which it needs even for p = 0. */
final class DropoutDescriptor {
    /** The descriptor for p = 0, shared by all plans of a device: it is never written to. */
    private static final Map<CudaDevice, DropoutDescriptor> NONE = new ConcurrentHashMap<>();

    private final cudnnDropoutStruct struct = new cudnnDropoutStruct();
    private final DeviceBlock states; // reachable as long as this is

    /**
     * Creates and sets it; the caller holds the lock of the device's stream.
     *
     * @param cleanup destroys it
     */
    DropoutDescriptor(CudaDevice device, float p, long seed, Cleanup cleanup) {
        CudaStatus.check(cudnn.cudnnCreateDropoutDescriptor(struct), "cudnnCreateDropoutDescriptor");
        cleanup.add(() -> cudnn.cudnnDestroyDropoutDescriptor(struct));
        HostBlock size = new HostBlock(Long.BYTES);
        CudaStatus.check(
                cudnn.cudnnDropoutGetStatesSize(device.stream().cudnn(), new SizeTPointer(new Span(size.address()))),
                "cudnnDropoutGetStatesSize");
        long bytes = Math.max(size.bytes().getLong(0), 1);
        states = device.memory().allocate(bytes, "states of cuDNN's dropout");
        cleanup.add(states::close);
        CudaStatus.check(
                cudnn.cudnnSetDropoutDescriptor(
                        struct, device.stream().cudnn(), p, new Span(states.address()), bytes, seed),
                "cudnnSetDropoutDescriptor");
    }

    /** A descriptor that drops nothing; lives as long as the process. */
    static DropoutDescriptor none(CudaDevice device) {
        DropoutDescriptor known = NONE.get(device);
        if (known == null) {
            Cleanup cleanup = new Cleanup();
            try {
                known = new DropoutDescriptor(device, 0, 0, cleanup);
            } catch (RuntimeException | Error e) {
                cleanup.run();
                throw e;
            }
            NONE.put(device, known); // the lock of the device's stream is held
        }
        return known;
    }

    cudnnDropoutStruct struct() {
        return struct;
    }
}
