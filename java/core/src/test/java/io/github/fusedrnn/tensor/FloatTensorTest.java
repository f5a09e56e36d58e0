package io.github.fusedrnn.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors in the memory of each backend that is present. */
class FloatTensorTest {
    static Stream<BackendKind> backends() {
        return Backends.report().stream().filter(status -> status.available()).map(status -> status.kind());
    }

    private static void refuses(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }

    private static float[] counting(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i;
        }
        return values;
    }

    private static FloatTensor counting(BackendKind kind, long... dims) {
        FloatTensor tensor = FloatTensor.allocate(kind, dims);
        return tensor.copyFrom(counting((int) tensor.size()));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void beginsWithZeros(BackendKind kind) {
        for (int round = 0; round < 3; round++) {
            try (FloatTensor tensor = FloatTensor.allocate(kind, 3, 5)) {
                assertThat(tensor.toArray()).hasSize(15).containsOnly(0);
                tensor.fill(Float.NaN);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void knowsItsDimensions(BackendKind kind) {
        try (FloatTensor tensor = FloatTensor.allocate(kind, 3, 5, 2)) {
            assertThat(tensor.dims()).containsExactly(3, 5, 2);
            assertThat(tensor.rank()).isEqualTo(3);
            assertThat(tensor.dim(1)).isEqualTo(5);
            assertThat(tensor.size()).isEqualTo(30);
            assertThat(tensor.backend()).isEqualTo(kind);
            tensor.dims()[0] = 99;
            assertThat(tensor.dim(0)).isEqualTo(3);
            assertThat(tensor).hasToString("FloatTensor[3, 5, 2] on " + kind);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void copiesArraysAndBuffers(BackendKind kind) {
        try (FloatTensor tensor = FloatTensor.allocate(kind, 2, 3)) {
            assertThat(tensor.copyFrom(counting(6))).isSameAs(tensor);
            assertThat(tensor.get(4)).isEqualTo(4);
            tensor.set(4, -1);
            float[] to = new float[6];
            tensor.copyTo(to);
            assertThat(to).containsExactly(0, 1, 2, 3, -1, 5);
            FloatBuffer from = FloatBuffer.wrap(counting(8)).position(2);
            tensor.copyFrom(from);
            assertThat(from.hasRemaining()).isFalse();
            assertThat(tensor.toArray()).containsExactly(2, 3, 4, 5, 6, 7);
            FloatBuffer buffer = FloatBuffer.allocate(10).position(3);
            tensor.copyTo(buffer);
            assertThat(buffer.position()).isEqualTo(9);
            assertThat(buffer.limit()).isEqualTo(10);
            assertThat(buffer.get(3)).isEqualTo(2);
            tensor.copyFrom(4, FloatBuffer.wrap(new float[] {8, 9}));
            FloatBuffer part = FloatBuffer.allocate(3);
            tensor.copyTo(3, part);
            assertThat(part.array()).containsExactly(5, 8, 9);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void keepsEveryBit(BackendKind kind) {
        float[] odd = {
            -0.0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0x7fc12345)
        };
        try (FloatTensor tensor = FloatTensor.allocate(kind, odd.length)) {
            tensor.copyFrom(odd);
            float[] back = tensor.toArray();
            for (int i = 0; i < odd.length; i++) {
                assertThat(Float.floatToRawIntBits(back[i])).isEqualTo(Float.floatToRawIntBits(odd[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void viewsShareTheMemory(BackendKind kind) {
        try (FloatTensor tensor = counting(kind, 4, 3)) {
            FloatTensor rows = tensor.slice(1, 2);
            assertThat(rows.dims()).containsExactly(2, 3);
            assertThat(rows.toArray()).containsExactly(3, 4, 5, 6, 7, 8);
            FloatTensor flat = rows.reshape(6);
            flat.set(0, -3);
            assertThat(tensor.get(3)).isEqualTo(-3);
            rows.slice(1, 1).fill(9);
            assertThat(tensor.toArray()).containsExactly(0, 1, 2, -3, 4, 5, 9, 9, 9, 9, 10, 11);
            assertThat(tensor.overlaps(rows)).isTrue();
            assertThat(tensor.slice(0, 1).overlaps(rows)).isFalse();
            assertThat(tensor.slice(3, 1).overlaps(rows)).isFalse();
            rows.close();
            assertThat(tensor.isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aViewOfAClosedTensorIsClosed(BackendKind kind) {
        FloatTensor tensor = FloatTensor.allocate(kind, 4);
        FloatTensor view = tensor.slice(0, 2);
        tensor.close();
        tensor.close();
        assertThat(view.isClosed()).isTrue();
        assertThat(tensor.toString()).endsWith("closed");
        assertThatThrownBy(view::toArray)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor [4] is closed");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void copiesAcrossBackendsAndWithinABlock(BackendKind kind) {
        try (FloatTensor here = counting(kind, 6);
                FloatTensor there = FloatTensor.allocate(BackendKind.REFERENCE, 2, 3)) {
            there.copyFrom(here);
            assertThat(there.toArray()).containsExactly(0, 1, 2, 3, 4, 5);
            there.fill(7);
            here.copyFrom(there);
            assertThat(here.toArray()).containsOnly(7);
            here.set(0, 1);
            here.slice(3, 3).copyFrom(here.slice(0, 3));
            assertThat(here.toArray()).containsExactly(1, 7, 7, 1, 7, 7);
            refuses(() -> here.copyFrom(here), "values: the same memory");
            refuses(() -> here.slice(1, 3).copyFrom(here.slice(0, 3)), "values: the same memory");
        }
    }

    @Test
    void ofTakesTheBestBackend() {
        try (FloatTensor tensor = FloatTensor.of(new float[] {1, 2}, 1, 2)) {
            assertThat(tensor.backend()).isEqualTo(Backends.best());
            assertThat(tensor.toArray()).containsExactly(1, 2);
        }
        refuses(() -> FloatTensor.of(new float[3], 2, 2), "values: 3 elements (expected: 4 for [2, 2])");
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (FloatTensor tensor = FloatTensor.allocate(BackendKind.REFERENCE, 2, 3)) {
            refuses(() -> tensor.get(6), "index: 6", "inside [0, 6)");
            refuses(() -> tensor.get(-1), "index: -1");
            refuses(() -> tensor.set(6, 0), "index: 6");
            refuses(() -> tensor.copyFrom(new float[5]), "values: 5 elements (expected: 6 for [2, 3])");
            refuses(() -> tensor.copyFrom(FloatBuffer.allocate(7)), "values: 7 elements");
            refuses(
                    () -> tensor.copyFrom(4, FloatBuffer.allocate(3)),
                    "first: 4 (expected: 3 element(s) inside [0, 6)");
            refuses(() -> tensor.copyTo(new float[7]), "to: 7 elements");
            refuses(() -> tensor.copyTo(FloatBuffer.allocate(5)), "to: 5 elements (expected: room for 6)");
            refuses(() -> tensor.copyTo(Long.MAX_VALUE, FloatBuffer.allocate(3)), "first: 9223372036854775807");
            refuses(() -> tensor.slice(1, 2), "slice: 1 + 2 (expected: a range inside [0, 2)");
            refuses(() -> tensor.slice(0, 0), "slice: 0 + 0");
            refuses(() -> tensor.slice(-1, 1), "slice: -1 + 1");
            refuses(() -> tensor.reshape(4), "newDims: [4] (expected: a product of 6, as [2, 3])");
            refuses(() -> FloatTensor.view(tensor.storage(), 1, 6), "offset: 1");
            refuses(() -> FloatTensor.view(tensor.storage(), -1, 2), "offset: -1");
        }
    }

    /** Past the range of int in bytes and in elements of a chunk; 2.3 GB for a moment. */
    @Test
    @Tag("large")
    void holdsMoreThanTwoGibibytes() throws Exception {
        Assumptions.assumeTrue(
                backends().anyMatch(kind -> kind == BackendKind.CPU), "skipped: needs the CPU backend's memory");
        long available = Files.exists(Path.of("/proc/meminfo"))
                ? Files.readAllLines(Path.of("/proc/meminfo")).stream()
                        .filter(line -> line.startsWith("MemAvailable:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                        .findFirst()
                        .orElse(0)
                : 0;
        Assumptions.assumeTrue(available > 8L << 30, "skipped: less than 8 GiB of memory available");
        long rows = (2L << 30) / Float.BYTES / 1024 + 1024;
        try (FloatTensor tensor = FloatTensor.allocate(BackendKind.CPU, rows, 1024)) {
            long last = tensor.size() - 1;
            assertThat(tensor.size() * Float.BYTES).isGreaterThan(2L << 30);
            tensor.set(last, 5);
            assertThat(tensor.get(last)).isEqualTo(5);
            long chunk = 1L << 28;
            tensor.copyFrom(chunk - 2, FloatBuffer.wrap(new float[] {1, 2, 3, 4}));
            FloatBuffer back = FloatBuffer.allocate(6);
            tensor.copyTo(chunk - 3, back);
            assertThat(back.array()).containsExactly(0, 1, 2, 3, 4, 0);
            FloatTensor end = tensor.slice(rows - 1, 1);
            assertThat(end.get(1023)).isEqualTo(5);
            end.fill(6);
            assertThat(tensor.get(last)).isEqualTo(6);
            assertThat(tensor.get(last - 1024)).isZero();
        }
    }

    @Test
    void aRefusedCopyLeavesTheBufferAsItWas() {
        FloatTensor tensor = FloatTensor.allocate(BackendKind.REFERENCE, 2);
        tensor.close();
        FloatBuffer buffer = FloatBuffer.allocate(5);
        assertThatThrownBy(() -> tensor.copyTo(buffer)).isInstanceOf(IllegalStateException.class);
        assertThat(buffer.position()).isZero();
        assertThat(buffer.limit()).isEqualTo(5);
    }

    @Test
    void namesADimensionThatIsNotThere() {
        try (FloatTensor tensor = FloatTensor.allocate(2, 3)) {
            refuses(() -> tensor.dim(2), "i: 2", "rank = 2", "[2, 3]");
        }
    }
}
