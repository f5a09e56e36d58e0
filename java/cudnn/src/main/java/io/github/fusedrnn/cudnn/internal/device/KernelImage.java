package io.github.fusedrnn.cudnn.internal.device;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * Our kernels as PTX, which every driver for CUDA 13 compiles for its device: compiled by nvcc when this library was built, or else at run time by
 * NVRTC from the sources, where that library is installed.
 */
final class KernelImage {
    private static final String PTX = "/io/github/fusedrnn/cudnn/kernels.ptx";
    private static final String SOURCE = "/io/github/fusedrnn/cudnn/kernels.cu";

    /** The oldest architecture of CUDA 13, so that the PTX runs on every device that CUDA 13 runs on; see also the module's POM. */
    private static final String OPTION = "--gpu-architecture=compute_75";

    private KernelImage() {}

    /**
     * The kernels.
     *
     * @throws UnsupportedOperationException if there is no PTX and NVRTC cannot be loaded
     */
    static byte[] ptx() {
        byte[] made = resource(PTX);
        return made != null ? made : compiled();
    }

    private static byte[] compiled() {
        byte[] source = resource(SOURCE);
        if (source == null) {
            throw new IllegalStateException(SOURCE + " is missing from the jar");
        }
        try {
            return Compiler.compile(source);
        } catch (LinkageError e) {
            throw new UnsupportedOperationException(
                    "backend CUDNN: dense and training operations need this library's own kernels; it was built without nvcc, and NVRTC"
                            + " (libnvrtc.so.13 of CUDA 13), which would compile them here, cannot be loaded ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    private static byte @Nullable [] resource(String name) {
        try (InputStream in = KernelImage.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    /** The only part that loads NVRTC's classes. */
    private static final class Compiler {
        static byte[] compile(byte[] source) {
            HostBlock text = HostBlock.of(source);
            HostBlock name = HostBlock.of("kernels.cu");
            HostBlock option = HostBlock.of(OPTION);
            HostBlock options = new HostBlock(Long.BYTES);
            options.bytes().putLong(0, option.address());
            _nvrtcProgram program = new _nvrtcProgram();
            CudaStatus.check(
                    nvrtc.nvrtcCreateProgram(
                            program, chars(text), chars(name), 0, new PointerSpan(), new PointerSpan()),
                    "nvrtcCreateProgram");
            try {
                int status = nvrtc.nvrtcCompileProgram(program, 1, new PointerSpan(options.address()));
                if (status != 0) {
                    throw CudaStatus.failure(status, "nvrtcCompileProgram", log(program));
                }
                HostBlock size = new HostBlock(Long.BYTES);
                CudaStatus.check(nvrtc.nvrtcGetPTXSize(program, size(size)), "nvrtcGetPTXSize");
                byte[] ptx = new byte[Math.toIntExact(size.bytes().getLong(0))];
                CudaStatus.check(nvrtc.nvrtcGetPTX(program, ptx), "nvrtcGetPTX");
                return ptx;
            } finally {
                nvrtc.nvrtcDestroyProgram(program);
                Reference.reachabilityFence(text);
                Reference.reachabilityFence(name);
                Reference.reachabilityFence(option);
                Reference.reachabilityFence(options);
            }
        }

        private static String log(_nvrtcProgram program) {
            HostBlock size = new HostBlock(Long.BYTES);
            if (nvrtc.nvrtcGetProgramLogSize(program, size(size)) != 0) {
                return "";
            }
            byte[] text = new byte[Math.toIntExact(size.bytes().getLong(0))];
            return nvrtc.nvrtcGetProgramLog(program, text) == 0 ? new String(text, StandardCharsets.UTF_8).strip() : "";
        }

        private static BytePointer chars(HostBlock block) {
            return new BytePointer(new Span(block.address()));
        }

        private static SizeTPointer size(HostBlock block) {
            return new SizeTPointer(new Span(block.address()));
        }
    }
}
