package io.github.fusedrnn.internal.checks;

import org.jspecify.annotations.Nullable;

/** Argument checks whose messages give name, value and expectation. Nothing is allocated while all is well. */
public final class Checks {
    private Checks() {}

    public static void argument(boolean ok, String name, @Nullable Object value, String expected) {
        if (!ok) {
            throw wrong(name, value, expected);
        }
    }

    public static IllegalArgumentException wrong(String name, @Nullable Object value, Object expected) {
        return new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }

    public static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw new NullPointerException(name + ": null (expected: a value)");
        }
        return value;
    }

    public static void positive(String name, long value) {
        if (value < 1) {
            throw wrong(name, value, "an integer >= 1");
        }
    }

    public static void notNegative(String name, float value) {
        if (!(value >= 0 && Float.isFinite(value))) {
            throw wrong(name, value, "a finite number >= 0");
        }
    }

    public static void range(String name, int value, int largest) {
        if (value < 1 || value > largest) {
            throw wrong(name, value, "1 to " + largest);
        }
    }

    public static long product(String name, long a, long b, long c) {
        try {
            return Math.multiplyExact(Math.multiplyExact(a, b), c);
        } catch (ArithmeticException e) {
            throw wrong(name, a + " x " + b + " x " + c, "a product below 2^63");
        }
    }

    public static void apart(boolean overlap, String a, String b) {
        if (overlap) {
            throw wrong(a, "overlaps " + b, "memory apart from " + b);
        }
    }
}
