package io.github.fusedrnn.formats.safetensors;

import org.jspecify.annotations.Nullable;

/**
 * The element types of the safetensors format, spelled as in a file's header. A file may hold any of them; values can
 * be read of the plain float, integer and boolean types, see {@link SafetensorsFile}.
 */
public enum DType {
    /** Boolean, one byte, 0 or 1. */
    BOOL(8),
    /** 4-bit float, two in a byte. */
    F4(4),
    /** 6-bit float, 2 exponent and 3 mantissa bits. */
    F6_E2M3(6),
    /** 6-bit float, 3 exponent and 2 mantissa bits. */
    F6_E3M2(6),
    /** Unsigned byte. */
    U8(8),
    /** Signed byte. */
    I8(8),
    /** 8-bit float, 5 exponent and 2 mantissa bits. */
    F8_E5M2(8),
    /** 8-bit float, 4 exponent and 3 mantissa bits. */
    F8_E4M3(8),
    /** 8-bit power of two. */
    F8_E8M0(8),
    /** 8-bit float, 4 exponent and 3 mantissa bits, without infinities and negative zero. */
    F8_E4M3FNUZ(8),
    /** 8-bit float, 5 exponent and 2 mantissa bits, without infinities and negative zero. */
    F8_E5M2FNUZ(8),
    /** Signed 16-bit integer. */
    I16(16),
    /** Unsigned 16-bit integer. */
    U16(16),
    /** IEEE 754 half precision. */
    F16(16),
    /** The upper half of a float32. */
    BF16(16),
    /** Signed 32-bit integer. */
    I32(32),
    /** Unsigned 32-bit integer. */
    U32(32),
    /** IEEE 754 single precision. */
    F32(32),
    /** Complex number of two float32. */
    C64(64),
    /** IEEE 754 double precision. */
    F64(64),
    /** Signed 64-bit integer. */
    I64(64),
    /** Unsigned 64-bit integer. */
    U64(64);

    private final int bits;

    DType(int bits) {
        this.bits = bits;
    }

    /**
     * Returns the size of one element.
     *
     * @return bits, not bytes, because the narrowest types share a byte
     */
    public int bits() {
        return bits;
    }

    /** The size of one element in bytes; only for types that fill whole bytes. */
    int bytes() {
        return bits / 8;
    }

    /** The type that a header spells {@code name}, or null. */
    static @Nullable DType named(String name) {
        for (DType dtype : values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        return null;
    }
}
