/** The cuDNN backend; nothing is exported, the backend is found as a service. */
module io.github.fusedrnn.cudnn {
    requires io.github.fusedrnn;
    requires static org.jspecify;
    requires org.bytedeco.javacpp;
    requires org.bytedeco.javacpp.linux.x86_64;
    requires org.bytedeco.cuda;
    requires org.bytedeco.cuda.linux.x86_64;

    provides io.github.fusedrnn.spi.BackendProvider with
            io.github.fusedrnn.cudnn.internal.CudaProvider;
}
