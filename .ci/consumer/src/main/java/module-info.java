module com.example.consumer {
    requires io.github.fusedrnn.train;
}
