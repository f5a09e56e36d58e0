package io.github.fusedrnn.cudnn.fake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails every test in which a call broke the contract of CUDA or cuDNN. JUnit registers it only where the stand-in runs. */
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
