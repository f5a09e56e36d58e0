package io.github.fusedrnn.cudnn.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fakecuda")
class StandInTest {
    @Test
    void isFoundAsADevice() {
        BackendStatus status = Backends.report().stream()
                .filter(s -> s.kind() == BackendKind.CUDNN)
                .findFirst()
                .orElseThrow();
        assertThat(status.available()).as(status.reason()).isTrue();
        assertThat(status.details().toString()).contains("stand-in");
    }

    @Test
    void keepsWhatIsCopiedToTheDevice() {
        Backend backend = BackendRegistry.open(BackendKind.CUDNN);
        try (FloatTensor tensor = FloatTensor.allocate(backend, 3)) {
            tensor.copyFrom(new float[] {1, 2, 3});
            assertThat(tensor.toArray()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void runsOurKernels() {
        Backend backend = BackendRegistry.open(BackendKind.CUDNN);
        try (FloatTensor tensor = FloatTensor.allocate(backend, 1000)) {
            tensor.fill(0.5f);
            assertThat(backend.dense().sum(tensor)).isEqualTo(500);
        }
    }

    @Test
    void tellsOfMemoryThatIsFreedTwice() {
        Pointer memory = new Pointer();
        assertThat(cudart.cudaMalloc(memory, 64)).isZero();
        assertThat(cudart.cudaFree(memory)).isZero();
        assertThat(cudart.cudaFree(memory)).isEqualTo(cudart.cudaErrorInvalidValue);
        assertThat(FakeCuda.breaches()).contains("no living block of device memory");
        FakeCuda.forgetBreaches();
    }

    @Test
    void failsTheCallThatItIsToldTo() {
        FakeCuda.failCall(2, cudart.cudaErrorMemoryAllocation);
        Pointer memory = new Pointer();
        assertThat(cudart.cudaMalloc(memory, 64)).isZero();
        assertThat(cudart.cudaFree(memory)).isEqualTo(cudart.cudaErrorMemoryAllocation);
        assertThat(FakeCuda.failedCall()).isEqualTo("cudaFree");
        assertThat(FakeCuda.callName(FakeCuda.callCount())).isEqualTo("cudaFree");
    }
}
