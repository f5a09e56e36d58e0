package io.github.fusedrnn.formats.safetensors;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/** Turns little-endian bytes into Java numbers. Which types a caller may ask for is decided before. */
final class Elements {
    private Elements() {}

    /** Appends all of {@code in}; F64 is rounded to the nearest float. */
    static void toFloats(DType dtype, ByteBuffer in, FloatBuffer out) {
        switch (dtype) {
            case F32 -> out.put(in.asFloatBuffer());
            case F64 -> {
                while (in.hasRemaining()) {
                    out.put((float) in.getDouble());
                }
            }
            case F16 -> {
                while (in.hasRemaining()) {
                    out.put(halfToFloat(in.getShort()));
                }
            }
            case BF16 -> {
                while (in.hasRemaining()) {
                    out.put(bfloatToFloat(in.getShort()));
                }
            }
            default -> throw new AssertionError(dtype);
        }
    }

    /** Appends all of {@code in}; exact for every type. */
    static void toDoubles(DType dtype, ByteBuffer in, DoubleBuffer out) {
        switch (dtype) {
            case F64 -> out.put(in.asDoubleBuffer());
            case F32 -> {
                while (in.hasRemaining()) {
                    out.put(in.getFloat());
                }
            }
            case F16 -> {
                while (in.hasRemaining()) {
                    out.put(halfToFloat(in.getShort()));
                }
            }
            case BF16 -> {
                while (in.hasRemaining()) {
                    out.put(bfloatToFloat(in.getShort()));
                }
            }
            default -> throw new AssertionError(dtype);
        }
    }

    /** Appends all of {@code in}; a U64 of 2^63 or more comes out negative. */
    static void toLongs(DType dtype, ByteBuffer in, LongBuffer out) {
        if (dtype == DType.I64 || dtype == DType.U64) {
            out.put(in.asLongBuffer());
            return;
        }
        while (in.hasRemaining()) {
            out.put(
                    switch (dtype) {
                        case I32 -> in.getInt();
                        case U32 -> Integer.toUnsignedLong(in.getInt());
                        case I16 -> in.getShort();
                        case U16 -> Short.toUnsignedLong(in.getShort());
                        case I8 -> in.get();
                        case U8, BOOL -> Byte.toUnsignedLong(in.get());
                        default -> throw new AssertionError(dtype);
                    });
        }
    }

    /**
     * The value of an IEEE 754 half: sign, 5 exponent bits with bias 15, 10 mantissa bits. Every half is a float, so
     * this is exact; a NaN keeps its sign and payload. (Float.float16ToFloat needs Java 20.)
     */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int floatExponent = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | floatExponent << 23 | mantissa << 13);
    }

    /** The value of a bfloat16, which is a float without its lower 16 bits. */
    static float bfloatToFloat(short bfloat) {
        return Float.intBitsToFloat(bfloat << 16);
    }
}
