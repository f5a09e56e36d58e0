package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import org.junit.jupiter.api.Nested;

/** Every suite on the REFERENCE backend. */
final class ReferenceTrainTest {
    @Nested
    final class AttentionOnReference extends AttentionSuite {
        AttentionOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class DenseOnReference extends DenseSuite {
        DenseOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class EmbeddingOnReference extends EmbeddingSuite {
        EmbeddingOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class DropoutOnReference extends DropoutSuite {
        DropoutOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class LossOnReference extends LossSuite {
        LossOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class OptimizerOnReference extends OptimizerSuite {
        OptimizerOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class GradientClipOnReference extends GradientClipSuite {
        GradientClipOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class CheckpointOnReference extends CheckpointSuite {
        CheckpointOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class TrainingOnReference extends TrainingSuite {
        TrainingOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class SoftmaxHeadOnReference extends SoftmaxHeadSuite {
        SoftmaxHeadOnReference() {
            super(BackendKind.REFERENCE);
        }
    }
}
