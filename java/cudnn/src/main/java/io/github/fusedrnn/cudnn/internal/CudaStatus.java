package io.github.fusedrnn.cudnn.internal;

import io.github.fusedrnn.config.FusedRnnException;
import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Turns statuses of CUDA's libraries into exceptions. The prefix of a function's name tells the library. */
public final class CudaStatus {
    private static final int TEXT = 1024;

    private CudaStatus() {}

    /**
     * Throws unless the status is 0, success in all of the libraries.
     *
     * @param status what the call returned
     * @param call the function's name, such as {@code cudaMalloc}
     */
    public static void check(int status, String call) {
        if (status != 0) {
            throw failure(status, call);
        }
    }

    /** The exception for a status. */
    public static FusedRnnException failure(int status, String call) {
        return failure(status, call, "");
    }

    /** The exception for a status, with context from the caller. */
    public static FusedRnnException failure(int status, String call, String context) {
        String text;
        String library;
        if (call.startsWith("cudnn")) {
            library = "cudnn";
            text = ofCudnn(status);
        } else if (call.startsWith("cublas")) {
            library = "cublas";
            text = text(cublas.cublasGetStatusName(status)) + ": " + text(cublas.cublasGetStatusString(status));
        } else if (call.startsWith("nvrtc")) {
            library = "nvrtc";
            text = text(nvrtc.nvrtcGetErrorString(status));
        } else if (call.startsWith("cuda")) {
            library = "cudart";
            text = text(cudart.cudaGetErrorName(status)) + ": " + text(cudart.cudaGetErrorString(status));
            cudart.cudaGetLastError(); // clears it, or the next query of the last error would return this one
        } else {
            library = "cuda driver";
            text = ofDriver(status);
        }
        return new FusedRnnException(library, call, status, context.isEmpty() ? text : context + " (" + text + ")");
    }

    /** The text of the status, and the failed condition, which only the text of the last error names. */
    private static String ofCudnn(int status) {
        byte[] last = new byte[TEXT];
        cudnn.cudnnGetLastErrorString(last, last.length);
        int end = 0;
        while (end < last.length && last[end] != 0) {
            end++;
        }
        String detail = new String(last, 0, end, StandardCharsets.UTF_8).strip();
        String text = text(cudnn.cudnnGetErrorString(status));
        return detail.isEmpty() ? text : text + ": " + detail;
    }

    private static String ofDriver(int status) {
        BytePointer name = new BytePointer((Pointer) null);
        BytePointer text = new BytePointer((Pointer) null);
        if (cudart.cuGetErrorName(status, name) != 0 || cudart.cuGetErrorString(status, text) != 0) {
            return "unknown error";
        }
        return text(name) + ": " + text(text);
    }

    private static String text(BytePointer text) {
        return text == null || text.isNull() ? "unknown error" : text.getString();
    }
}
