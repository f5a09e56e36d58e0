package io.github.fusedrnn.cudnn.fake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails every test in which somebody broke the contract of CUDA or cuDNN. Found by JUnit where the stand-in runs, and nowhere else. */
public final class NoBreach implements BeforeEachCallback, AfterEachCallback {
    @Override
    public void beforeEach(ExtensionContext context) {
        if (FakeCuda.present()) {
            FakeCuda.forgetBreaches();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (FakeCuda.present()) {
            FakeCuda.failCall(0);
            assertThat(FakeCuda.breaches()).as("breaches of CUDA's contract").isEmpty();
        }
    }
}
