package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Every contract of the training kit on the cuDNN backend. */
@Tag("gpu")
final class CudnnTrainTest {
    @Nested
    final class AttentionOnCudnn extends AttentionSuite {
        AttentionOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class DenseOnCudnn extends DenseSuite {
        DenseOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class EmbeddingOnCudnn extends EmbeddingSuite {
        EmbeddingOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class DropoutOnCudnn extends DropoutSuite {
        DropoutOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class LossOnCudnn extends LossSuite {
        LossOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class OptimizerOnCudnn extends OptimizerSuite {
        OptimizerOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class GradientClipOnCudnn extends GradientClipSuite {
        GradientClipOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class CheckpointOnCudnn extends CheckpointSuite {
        CheckpointOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class TrainingOnCudnn extends TrainingSuite {
        TrainingOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class SoftmaxHeadOnCudnn extends SoftmaxHeadSuite {
        SoftmaxHeadOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }
}
