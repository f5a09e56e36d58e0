package io.github.fusedrnn.cudnn.internal;

import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMajor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMinor;
import static org.bytedeco.cuda.global.cudart.cudaErrorInsufficientDriver;
import static org.bytedeco.cuda.global.cudart.cudaErrorNoDevice;

import io.github.fusedrnn.config.Availability;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;

/**
 * Looks for a usable GPU, once, and never throws. Without a driver it costs three file lookups; loading the presets to find out takes 85 to 220 ms
 * in a cold JVM. A library or class that failed to load stays failed for the life of the class loader, so there is no second attempt.
 */
final class CudaProbe {
    /** System property: {@code true} looks for CUDA even where no file shows a driver. */
    static final String ASSUME_DRIVER = "fusedrnn.cudnn.assumeDriver";

    /** CUDA 13 does not support older devices. */
    static final int MIN_COMPUTE_CAPABILITY = 75;

    private static final List<String> DRIVER_FILES =
            List.of("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg");
    private static final int MIN_CUDA = 13_000;
    private static final int MIN_CUDNN = 90_000;

    private CudaProbe() {}

    /** Why there is no usable GPU, or that there is one. */
    enum Outcome {
        FOUND,
        DRIVER_MISSING,
        LIBRARY_MISSING,
        VERSION_TOO_OLD,
        NO_DEVICE,
        DEVICE_TOO_OLD,
        FAILED
    }

    /**
     * The result of the probe.
     *
     * @param outcome in one word
     * @param availability in one sentence
     * @param usable indices of the devices that can be used
     */
    record Result(Outcome outcome, Availability availability, List<Integer> usable) {
        static Result no(Outcome outcome, String reason) {
            return new Result(outcome, Availability.no(reason), List.of());
        }
    }

    static Result result() {
        return Once.RESULT;
    }

    private static final class Once {
        static final Result RESULT = probe(Boolean.getBoolean(ASSUME_DRIVER), DRIVER_FILES);
    }

    static Result probe(boolean assumeDriver, List<String> driverFiles) {
        try {
            if (!assumeDriver && !anyExists(driverFiles)) {
                return Result.no(
                        Outcome.DRIVER_MISSING,
                        "no NVIDIA driver on this machine (none of " + driverFiles + "; -D" + ASSUME_DRIVER
                                + "=true looks for CUDA anyway)");
            }
            return Libraries.probe();
        } catch (LinkageError | RuntimeException e) {
            return notLoaded(e);
        }
    }

    /** Plain files and a plain loop: in a cold JVM a stream or a regular expression would cost more than the whole probe. */
    private static boolean anyExists(List<String> files) {
        for (String file : files) {
            if (new File(file).exists()) {
                return true;
            }
        }
        return false;
    }

    static Result notLoaded(Throwable e) {
        StringBuilder all = new StringBuilder();
        Throwable root = e;
        for (Throwable t = e; t != null; t = t.getCause()) {
            root = t;
            all.append(t.getMessage()).append('\n');
        }
        Matcher library =
                Pattern.compile("(lib[\\w.+-]*\\.so[\\w.]*): cannot open").matcher(all);
        if (library.find()) {
            return Result.no(
                    Outcome.LIBRARY_MISSING,
                    "the library " + library.group(1)
                            + " is missing; the NVIDIA driver (libcuda), CUDA 13 (cudart, cublas) and cuDNN 9 are"
                            + " needed where the system's loader finds them (LD_LIBRARY_PATH)");
        }
        return e instanceof LinkageError
                ? Result.no(Outcome.LIBRARY_MISSING, "the CUDA presets cannot be loaded (" + root + ")")
                : Result.no(Outcome.FAILED, "CUDA cannot be used (" + root + ")");
    }

    /** The only part that loads CUDA's classes. */
    private static final class Libraries {
        static Result probe() {
            int[] value = new int[1];
            if (cudart.cudaRuntimeGetVersion(value) != 0 || value[0] < MIN_CUDA) {
                return tooOld("CUDA's runtime is version " + version(value[0]));
            }
            int runtime = value[0];
            if (cudart.cudaDriverGetVersion(value) != 0 || value[0] < MIN_CUDA) {
                return driverTooOld(value[0]);
            }
            int driver = value[0];
            int status = cudart.cudaGetDeviceCount(value);
            int count = value[0];
            if (status == cudaErrorInsufficientDriver) {
                return driverTooOld(driver);
            }
            if (status == cudaErrorNoDevice || (status == 0 && count == 0)) {
                return Result.no(
                        Outcome.NO_DEVICE, "the NVIDIA driver sees no device (CUDA_VISIBLE_DEVICES may hide it)");
            }
            if (status != 0) {
                return Result.no(
                        Outcome.FAILED,
                        String.valueOf(
                                CudaStatus.failure(status, "cudaGetDeviceCount").getMessage()));
            }
            long dnn = cudnn.cudnnGetVersion();
            if (dnn < MIN_CUDNN) {
                return tooOld("cuDNN is version " + dnn);
            }
            cublas.cublasGetStatusString(0).isNull(); // the first use loads its wrapper
            return devices(
                    count, "CUDA " + version(runtime) + ", driver for CUDA " + version(driver) + ", cuDNN " + dnn);
        }

        private static Result devices(int count, String libraries) {
            List<Integer> usable = new ArrayList<>();
            List<String> old = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int capability = 10 * attribute(cudaDevAttrComputeCapabilityMajor, i)
                        + attribute(cudaDevAttrComputeCapabilityMinor, i);
                if (capability >= MIN_COMPUTE_CAPABILITY) {
                    usable.add(i);
                } else {
                    old.add("device " + i + " has " + capability / 10 + "." + capability % 10);
                }
            }
            if (usable.isEmpty()) {
                return Result.no(
                        Outcome.DEVICE_TOO_OLD,
                        "the GPU is too old: CUDA 13 needs compute capability 7.5, " + String.join(", ", old));
            }
            return new Result(
                    Outcome.FOUND, Availability.yes(usable.size() + " device(s), " + libraries), List.copyOf(usable));
        }

        private static int attribute(int which, int device) {
            int[] value = new int[1];
            CudaStatus.check(cudart.cudaDeviceGetAttribute(value, which, device), "cudaDeviceGetAttribute");
            return value[0];
        }

        private static Result driverTooOld(int version) {
            return tooOld("the NVIDIA driver is for CUDA " + version(version) + ", CUDA 13 needs driver 580 or newer");
        }

        private static Result tooOld(String what) {
            return Result.no(Outcome.VERSION_TOO_OLD, what + " (expected: CUDA 13, cuDNN 9, driver 580 or newer)");
        }

        private static String version(int v) {
            return v / 1000 + "." + v % 1000 / 10;
        }
    }
}
