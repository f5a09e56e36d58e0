package io.github.fusedrnn.cudnn.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A missing function would end the JVM at its first call. */
@Tag("fakecuda")
class StandInFunctionsTest {
    static Stream<String> functions() {
        return Stream.of(NativeFunctions.CUDART, NativeFunctions.DRIVER, NativeFunctions.CUBLAS, NativeFunctions.CUDNN)
                .flatMap(functions -> functions.stream())
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("functions")
    void theStandInHas(String function) {
        Loader.load(org.bytedeco.javacpp.presets.javacpp.class);
        assertThat(Loader.addressof(function).isNull()).isFalse();
    }
}
