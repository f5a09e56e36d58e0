package io.github.fusedrnn.formats.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.formats.keras.KerasConfigFuzz;
import io.github.fusedrnn.formats.keras.KerasFuzz;
import io.github.fusedrnn.formats.onnx.OnnxFuzz;
import io.github.fusedrnn.formats.pytorch.CheckpointFuzz;
import io.github.fusedrnn.formats.pytorch.PickleFuzz;
import io.github.fusedrnn.formats.safetensors.SafetensorsFuzz;
import java.lang.reflect.Method;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fuzzer's targets without the fuzzer: it runs in {@code .ci/fuzz}. */
class FuzzTargetsTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                SafetensorsFuzz.class,
                OnnxFuzz.class,
                PickleFuzz.class,
                CheckpointFuzz.class,
                KerasConfigFuzz.class,
                KerasFuzz.class
            })
    void seedsAreReadAndTheirNeighboursReadOrRefused(Class<?> target) throws ReflectiveOperationException {
        Method fuzz = target.getMethod("fuzzerTestOneInput", byte[].class);
        Random random = new Random(11);
        for (byte[] seed : FuzzSeeds.of(target)) {
            assertThat(fuzz.invoke(null, (Object) seed))
                    .as("why a seed is refused")
                    .isEqualTo("");
            for (int i = 0; i < 50; i++) {
                byte[] changed = seed.clone();
                changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                fuzz.invoke(null, (Object) changed);
            }
        }
    }
}
