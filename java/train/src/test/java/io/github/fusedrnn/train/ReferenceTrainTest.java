package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import org.junit.jupiter.api.Nested;

/** Every contract on the REFERENCE backend. */
final class ReferenceTrainTest {
    @Nested
    final class AttentionOnReference extends AttentionContract {
        AttentionOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class DenseOnReference extends DenseContract {
        DenseOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class EmbeddingOnReference extends EmbeddingContract {
        EmbeddingOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class DropoutOnReference extends DropoutContract {
        DropoutOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class LossOnReference extends LossContract {
        LossOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class OptimizerOnReference extends OptimizerContract {
        OptimizerOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class GradientClipOnReference extends GradientClipContract {
        GradientClipOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class CheckpointOnReference extends CheckpointContract {
        CheckpointOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class TrainingOnReference extends TrainingContract {
        TrainingOnReference() {
            super(BackendKind.REFERENCE);
        }
    }

    @Nested
    final class SoftmaxHeadOnReference extends SoftmaxHeadContract {
        SoftmaxHeadOnReference() {
            super(BackendKind.REFERENCE);
        }
    }
}
