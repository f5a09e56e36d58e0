package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_BFLOAT16;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_HALF;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DEFAULT_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FMA_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_OP_MATH;

import io.github.fusedrnn.config.Precision;

/** The data type and the math mode of cuDNN's descriptors; sums are float32 in all of them. */
enum MathMode {
    /** FMA_MATH: the default math may round factors to TF32. */
    FLOAT32("float32 (FMA math)", CUDNN_DATA_FLOAT, CUDNN_FMA_MATH, Float.BYTES, Float.MAX_VALUE),
    TF32("float32 with products that may be TF32", CUDNN_DATA_FLOAT, CUDNN_DEFAULT_MATH, Float.BYTES, Float.MAX_VALUE),
    FLOAT16("float16 storage, float32 sums", CUDNN_DATA_HALF, CUDNN_TENSOR_OP_MATH, Short.BYTES, 65504),
    BFLOAT16("bfloat16 storage, float32 sums", CUDNN_DATA_BFLOAT16, CUDNN_TENSOR_OP_MATH, Short.BYTES, 0x1.FEp127f);

    private final String label;
    private final int dataType;
    private final int mathType;
    private final int bytes;
    private final float largest;

    MathMode(String label, int dataType, int mathType, int bytes, float largest) {
        this.label = label;
        this.dataType = dataType;
        this.mathType = mathType;
        this.bytes = bytes;
        this.largest = largest;
    }

    /** The mode of a precision; cuDNN does not have INT8. */
    static MathMode of(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> FLOAT32;
            case TF32 -> TF32;
            case FLOAT16 -> FLOAT16;
            case BFLOAT16 -> BFLOAT16;
            case INT8 -> throw new IllegalArgumentException("precision: INT8 (expected: a precision that cuDNN has)");
        };
    }

    String label() {
        return label;
    }

    /** cudnnDataType_t of everything that a call reads and writes. */
    int dataType() {
        return dataType;
    }

    /** cudnnMathType_t. */
    int mathType() {
        return mathType;
    }

    /** Bytes of an element. */
    int bytes() {
        return bytes;
    }

    /** The largest finite magnitude of an element. */
    float largest() {
        return largest;
    }

    /** The data type in the names of our kernels. */
    String kernelName() {
        return switch (this) {
            case FLOAT32, TF32 -> "f32";
            case FLOAT16 -> "f16";
            case BFLOAT16 -> "bf16";
        };
    }

    /** Whether a call stores its sequences, states and weights in 16 bits; the caller's tensors are float32 in any case. */
    boolean isHalf() {
        return bytes == Short.BYTES;
    }
}
