package io.github.fusedrnn.cudnn.internal.device;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.jspecify.annotations.Nullable;

/** Our own kernels on one device: loaded with the first use, kept for the life of the process. Thread-safe. */
public final class Kernels {
    private final CudaDevice device;
    private final Map<String, CUfunc_st> functions = new HashMap<>();
    private @Nullable Availability available; // guarded by this, like the map
    private @Nullable CUmod_st module; // guarded by this, like the map

    Kernels(CudaDevice device) {
        this.device = device;
    }

    /**
     * A call of a kernel; kept by callers that run it often.
     *
     * @param name of the kernel, as native/cuda has it
     * @param parameters how many it has
     * @throws UnsupportedOperationException if this build has no compiled kernels and they cannot be compiled here either
     */
    public KernelCall call(String name, int parameters) {
        return new KernelCall(name, function(name), parameters);
    }

    /** Whether there are kernels for this device; the reason says why not. Loads the kernels. */
    public synchronized Availability availability() {
        Availability known = available;
        if (known == null) {
            try {
                device.activate();
                module();
                known = Availability.yes("kernels of our own");
            } catch (UnsupportedOperationException e) {
                known = Availability.no(String.valueOf(e.getMessage()));
            } catch (FusedRnnException e) {
                return Availability.no(String.valueOf(e.getMessage())); // may be temporary: not remembered
            }
            available = known;
        }
        return known;
    }

    private synchronized CUfunc_st function(String name) {
        CUfunc_st function = functions.get(name);
        if (function == null) {
            device.activate();
            function = new CUfunc_st();
            CudaStatus.check(cudart.cuModuleGetFunction(function, module(), name), "cuModuleGetFunction");
            functions.put(name, function);
        }
        return function;
    }

    private CUmod_st module() {
        CUmod_st loaded = module;
        if (loaded == null) {
            HostBlock image = HostBlock.of(KernelImage.ptx());
            loaded = new CUmod_st();
            try {
                CudaStatus.check(cudart.cuModuleLoadData(loaded, new Span(image.address())), "cuModuleLoadData");
            } finally {
                Reference.reachabilityFence(image);
            }
            module = loaded;
        }
        return loaded;
    }
}
