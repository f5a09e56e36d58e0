package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;
import org.junit.jupiter.api.BeforeEach;

/** A suite that holds on every target; skipped, visibly, where its target is absent. */
abstract class Contract {
    private final Target target;

    Contract(Target target) {
        this.target = target;
    }

    final Target target() {
        return target;
    }

    @BeforeEach
    void requireTarget() {
        target.require();
    }
}
