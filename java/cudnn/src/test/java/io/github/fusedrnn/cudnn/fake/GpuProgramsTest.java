package io.github.fusedrnn.cudnn.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.cudnn.gpu.EveryKernel;
import io.github.fusedrnn.cudnn.gpu.OpenQuestions;
import io.github.fusedrnn.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs that benchmarks/gpu-proof.sh runs on a GPU complete on the stand-in as well. */
@Tag("fakecuda")
class GpuProgramsTest {
    @TempDir
    private Path folder;

    private String run(Class<?> main) throws IOException, InterruptedException {
        return ChildJvm.run(
                main,
                Map.of(),
                "-Dorg.bytedeco.javacpp.cachedir=" + folder,
                "-Dfusedrnn.cudnn.assumeDriver=true",
                "-Dwidest=64");
    }

    @Test
    void theOpenQuestionsGetAnswers() throws IOException, InterruptedException {
        assertThat(run(OpenQuestions.class))
                .contains("smallh LSTM H = 64: statuses of descriptor, inference, training: 0, 0, 0")
                .contains("unsorted lengths: statuses of descriptor, training step: 0, 0")
                .doesNotContain("no answer");
    }

    @Test
    void everyKernelRuns() throws IOException, InterruptedException {
        assertThat(run(EveryKernel.class)).contains("all kernels ran").doesNotContain("NaN");
    }
}
