package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Every contract of the training kit on the cuDNN backend. */
@Tag("gpu")
final class CudnnTrainTest {
    @Nested
    final class AttentionOnCudnn extends AttentionContract {
        AttentionOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class DenseOnCudnn extends DenseContract {
        DenseOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class EmbeddingOnCudnn extends EmbeddingContract {
        EmbeddingOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class DropoutOnCudnn extends DropoutContract {
        DropoutOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class LossOnCudnn extends LossContract {
        LossOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class OptimizerOnCudnn extends OptimizerContract {
        OptimizerOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class GradientClipOnCudnn extends GradientClipContract {
        GradientClipOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class CheckpointOnCudnn extends CheckpointContract {
        CheckpointOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class TrainingOnCudnn extends TrainingContract {
        TrainingOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }

    @Nested
    final class SoftmaxHeadOnCudnn extends SoftmaxHeadContract {
        SoftmaxHeadOnCudnn() {
            super(BackendKind.CUDNN);
        }
    }
}
