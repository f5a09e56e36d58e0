package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;
import org.junit.jupiter.api.Tag;

/** Every contract of a backend, on the stand-in or on a device. */
@Tag("gpu")
class CudnnContractTest extends EveryContract {
    CudnnContractTest() {
        super(Target.CUDNN);
    }
}
