package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;

class ReferenceContractTest extends EveryContract {
    ReferenceContractTest() {
        super(Target.REFERENCE);
    }
}
