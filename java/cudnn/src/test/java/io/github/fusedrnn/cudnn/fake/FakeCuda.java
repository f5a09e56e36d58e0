package io.github.fusedrnn.cudnn.fake;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;

/** Controls the stand-in for CUDA and cuDNN that {@code native/test/fakecuda} builds; loadable only where it runs. */
public final class FakeCuda {
    private static final String FOLDER = "fusedrnn.fakecuda";
    private static final int TEXT_BYTES = 16384;
    private static final int FAIL_CALL = 0;
    private static final int CALL_COUNT = 1;
    private static final int CALL_NAME = 2;
    private static final int FAILED_CALL = 3;
    private static final int BREACHES = 4;
    private static final int FORGET = 5;
    private static final int LIVING = 6;

    static {
        System.load(Path.of(System.getProperty(FOLDER), "libfakecuda.so").toString());
    }

    private FakeCuda() {}

    private static native long control(int command, long argument, long buffer);

    /** Whether this JVM runs on it. */
    public static boolean present() {
        return System.getProperty(FOLDER) != null;
    }

    /** Makes the n-th call from now fail, 1 = the next, with a status of its library; 0 = none. */
    public static void failCall(long n) {
        failCall(n, 0);
    }

    /** Makes the n-th call from now fail with a status. */
    public static void failCall(long n, int code) {
        control(FAIL_CALL, n, code);
    }

    /** Calls so far. */
    public static long callCount() {
        return control(CALL_COUNT, 0, 0);
    }

    /** Name of the n-th call of this process, 1 = the first. */
    public static String callName(long n) {
        return text(CALL_NAME, n);
    }

    /** The call that was failed since the last {@link #failCall}; empty when it has not been reached. */
    public static String failedCall() {
        return text(FAILED_CALL, 0);
    }

    /** Violations of the contract, one per line. */
    public static String breaches() {
        return text(BREACHES, 0);
    }

    /** Forgets the breaches. */
    public static void forgetBreaches() {
        control(FORGET, 0, 0);
    }

    /** Everything that was created and not destroyed: a kind and a number per line. */
    public static String living() {
        return text(LIVING, 0);
    }

    private static String text(int command, long argument) {
        try (BytePointer buffer = new BytePointer(TEXT_BYTES)) {
            byte[] bytes = new byte[Math.toIntExact(control(command, argument, buffer.address()))];
            buffer.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
