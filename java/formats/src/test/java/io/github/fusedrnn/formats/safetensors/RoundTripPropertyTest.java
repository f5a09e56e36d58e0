package io.github.fusedrnn.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RoundTripPropertyTest {
    /** A tensor to be: its values are drawn from the seed, as raw bits, so NaNs and infinities are among them. */
    record Draft(DType dtype, List<Long> shape, long seed) {
        int count() {
            return (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        }

        long[] shapeArray() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }

        long[] longs() {
            return new Random(seed).longs(count()).toArray();
        }

        double[] doubles() {
            return Arrays.stream(longs()).mapToDouble(Double::longBitsToDouble).toArray();
        }

        float[] floats() {
            float[] floats = new float[count()];
            Random random = new Random(seed);
            for (int i = 0; i < floats.length; i++) {
                floats[i] = Float.intBitsToFloat(random.nextInt());
            }
            return floats;
        }
    }

    @Provide
    Arbitrary<Map<String, Draft>> drafts() {
        Arbitrary<Draft> draft = Combinators.combine(
                        Arbitraries.of(DType.F32, DType.F64, DType.I64),
                        Arbitraries.longs().between(0, 5).list().ofMaxSize(4),
                        Arbitraries.longs())
                .as(Draft::new);
        return Arbitraries.maps(text().filter(name -> !name.equals(Header.METADATA)), draft)
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<Map<String, String>> texts() {
        return Arbitraries.maps(text(), text()).ofMaxSize(5);
    }

    private static Arbitrary<String> text() {
        return Arbitraries.strings().all().ofMaxLength(12).filter(text -> Text.unpairedSurrogate(text) < 0);
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("drafts") Map<String, Draft> drafts, @ForAll("texts") Map<String, String> texts)
            throws IOException {
        Path path = Files.createTempFile("fusedrnn", ".safetensors");
        try {
            SafetensorsWriter writer = new SafetensorsWriter();
            texts.forEach(writer::metadata);
            drafts.forEach((name, draft) -> {
                switch (draft.dtype()) {
                    case F32 -> writer.floats(name, draft.floats(), draft.shapeArray());
                    case F64 -> writer.doubles(name, draft.doubles(), draft.shapeArray());
                    default -> writer.longs(name, draft.longs(), draft.shapeArray());
                }
            });
            writer.write(path);
            try (SafetensorsFile file = SafetensorsFile.open(path, 1 + (drafts.hashCode() & 63))) {
                assertThat(file.metadata()).isEqualTo(texts);
                assertThat(file.names()).containsExactlyInAnyOrderElementsOf(drafts.keySet());
                for (Map.Entry<String, Draft> entry : drafts.entrySet()) {
                    assertSame(file, entry.getKey(), entry.getValue());
                }
            }
        } finally {
            Files.delete(path);
        }
    }

    /** Compared as raw bits: a NaN must keep its payload. */
    private static void assertSame(SafetensorsFile file, String name, Draft draft) throws IOException {
        TensorInfo info = file.info(name);
        assertThat(info.dtype()).isEqualTo(draft.dtype());
        assertThat(info.shape()).isEqualTo(draft.shape());
        switch (draft.dtype()) {
            case F32 -> {
                float[] expected = draft.floats();
                float[] actual = file.readFloats(name);
                assertThat(actual).hasSameSizeAs(expected);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Float.floatToRawIntBits(actual[i]))
                            .as("%s[%d]", name, i)
                            .isEqualTo(Float.floatToRawIntBits(expected[i]));
                }
            }
            case F64 ->
                assertThat(Arrays.stream(file.readDoubles(name)).mapToLong(Double::doubleToRawLongBits))
                        .containsExactly(Arrays.stream(draft.longs()).boxed().toArray(Long[]::new));
            default -> assertThat(file.readLongs(name)).isEqualTo(draft.longs());
        }
    }
}
