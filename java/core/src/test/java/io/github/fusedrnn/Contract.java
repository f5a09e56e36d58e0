package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** What holds on every target; skipped, visibly, where its target is absent. */
abstract class Contract {
    private final Target target;

    /** One class runs for every target: its name alone does not say which one failed. */
    @RegisterExtension
    final TestExecutionExceptionHandler namesItsTarget = new TestExecutionExceptionHandler() {
        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable error) throws Throwable {
            throw error instanceof AssertionError
                    ? new AssertionError("on " + target + ": " + error.getMessage(), error)
                    : error;
        }
    };

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
