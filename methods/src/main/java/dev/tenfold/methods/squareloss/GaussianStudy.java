package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.plain;
import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.attack.Ball;
import dev.tenfold.methods.attack.FrozenNet;
import dev.tenfold.methods.attack.Objective;
import dev.tenfold.methods.attack.Pgd;
import dev.tenfold.methods.attack.Suite;
import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Table;
import dev.tenfold.nn.Metrics;
import dev.tenfold.nn.data.Batches;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.optim.Schedule;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A small multilayer perceptron on ten Gaussian classes: calibration and robustness of cross-entropy, simplex and one-hot square loss where the
 * network interpolates its training data, and where strong weight decay and a small rate keep it from doing so.
 *
 * @param seeds     repetitions, each with data and weights of its own
 * @param train     training points
 * @param test      test points
 * @param attacked  how many of the test points are attacked
 * @param epochs    of SGD with momentum 0.9, batches of 100, cosine schedule
 */
record GaussianStudy(int seeds, int train, int test, int attacked, int epochs) implements Study {
    private static final int CLASSES = 10;
    private static final int DIMENSION = 32;
    private static final int HIDDEN = 256;
    private static final int BATCH = 100;
    private static final double MEAN_LENGTH = 2.6;
    private static final double RADIUS = 0.15;

    /**
     * A row of the experiment.
     *
     * @param eceSquare the ECE of the square loss that the specification measured
     */
    private record Setting(double rate, double decay, boolean interpolates, double eceSquare) {
        String key() {
            return ("lr" + plain(rate) + "_wd" + plain(decay)).replace('.', '_').replace('-', '_');
        }
    }

    private static final List<Setting> SETTINGS = List.of(
            new Setting(.05, 5e-4, true, .069),
            new Setting(.2, 5e-4, true, .082),
            new Setting(.01, 5e-3, false, .134));

    /** What one training gave. */
    private record Result(double trainAccuracy, Calibration calibration, double crossEntropyPgd, double marginPgd) {
    }

    /** The mean over the repetitions. */
    private record Row(Setting setting, Coding coding, double train, double accuracy, double ece, double confidence, double clipped, double pgd, double margin) {
        static Row mean(Setting setting, Coding coding, List<Result> r) {
            return new Row(setting, coding, of(r, Result::trainAccuracy), of(r, x -> x.calibration.accuracy()), of(r, x -> x.calibration.error()),
                    of(r, x -> x.calibration.meanConfidence()), of(r, x -> x.calibration.clipped()), of(r, Result::crossEntropyPgd), of(r, Result::marginPgd));
        }

        private static double of(List<Result> results, ToDoubleFunction<Result> number) {
            return results.stream().mapToDouble(number).average().orElseThrow();
        }

        List<String> cells() {
            return List.of(plain(setting.rate), plain(setting.decay), coding.label(), three(train), three(accuracy), three(ece), three(confidence), three(clipped),
                    three(pgd), three(margin));
        }
    }

    @Override
    public void run(Run run) {
        run.section("Ten Gaussian classes: calibration and attacks on a small network");
        run.text("Ten classes in 32 dimensions, means of length " + MEAN_LENGTH + ", unit noise, " + train + " training and " + test + " test points; a network 32-"
                + HIDDEN + "-" + HIDDEN + "-10, " + epochs + " epochs. Attacks: PGD-20 of radius " + RADIUS + " in every coordinate, on " + attacked
                + " test points. Means over " + seeds + " repetitions. The first two settings fit their training data perfectly; the third is regularised so that it does not.");
        List<Coding> codings = List.of(new Coding.Softmax(CLASSES), new SimplexCode(CLASSES, SimplexCode.Form.CENTRED), new Coding.OneHot(CLASSES));
        List<Row> rows = new ArrayList<>();
        double[] bayes = new double[seeds];
        try (Run.Progress progress = run.progress("Gaussian classes", (long) SETTINGS.size() * codings.size() * seeds)) {
            for (Setting setting : SETTINGS) {
                for (Coding coding : codings) {
                    List<Result> results = new ArrayList<>();
                    for (int seed = 0; seed < seeds; seed++) {
                        try (Scope scope = Scope.open()) {
                            Generator generator = new Generator(run.seed()).fork(StudyNumber.GAUSSIAN).fork(seed);
                            GaussianClasses data = GaussianClasses.of(generator.fork(0), CLASSES, DIMENSION, MEAN_LENGTH, train, test);
                            bayes[seed] = data.bayes();
                            results.add(once(data, coding, setting, generator.fork(1)));
                        }
                        progress.step(coding.label() + ", accuracy " + three(results.getLast().calibration.accuracy()));
                    }
                    rows.add(Row.mean(setting, coding, results));
                }
            }
        }
        report(run, rows, Numbers.mean(bayes));
    }

    private Result once(GaussianClasses data, Coding coding, Setting setting, Generator generator) {
        try (Mlp net = new Mlp(generator.fork(0), DIMENSION, HIDDEN, HIDDEN, coding.width())) {
            fit(net, data, coding, setting, generator.fork(1));
            try (FrozenNet victim = new FrozenNet(net, x -> x, coding::scores)) {
                long[] answers = coding.scores(net.forward(data.train())).argMax(1).toLongs();
                Calibration calibration = Calibration.of(coding.probabilities(net.forward(data.test())), data.testLabel());
                Suite suite = new Suite(List.of(Pgd.of("CE", Objective.crossEntropy(1), 20), Pgd.of("margin", Objective.margin(), 20)), 500);
                Suite.Result attacks = suite.run(victim, data.test().narrow(0, 0, attacked).copy(), Arrays.copyOf(data.testLabel(), attacked),
                        Ball.unbounded(Ball.Norm.MAXIMUM, RADIUS), generator.fork(2), name -> { });
                return new Result(Metrics.accuracy(answers, data.trainLabel()), calibration, attacks.accuracy("CE"), attacks.accuracy("margin"));
            }
        }
    }

    private void fit(Mlp net, GaussianClasses data, Coding coding, Setting setting, Generator generator) {
        Batches order = new Batches(train, BATCH, true, generator);
        Schedule schedule = Schedule.cosine(setting.rate, 0);
        try (Sgd sgd = new Sgd(net, setting.rate, 0.9, setting.decay)) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                for (int[] batch : order.epoch(epoch)) {
                    try (Scope scope = Scope.open()) {
                        sgd.setLearningRate(schedule.rate((double) sgd.steps() / ((long) epochs * order.count())));
                        long[] rows = Arrays.stream(batch).asLongStream().toArray();
                        long[] labels = new long[rows.length];
                        for (int i = 0; i < labels.length; i++) labels[i] = data.trainLabel()[batch[i]];
                        Tensor x;
                        try (NoGrad region = NoGrad.open()) {
                            x = data.train().indexSelect(0, Tensors.of(rows));
                        }
                        Autograd.backward(coding.loss(net.forward(x), Tensors.of(labels)));
                        sgd.step();
                    }
                }
            }
        }
    }

    private void report(Run run, List<Row> rows, double bayes) {
        run.metric("gaussian.bayes_accuracy", bayes);
        for (Row row : rows) {
            String prefix = "gaussian." + row.setting.key() + "." + row.coding.key() + ".";
            run.metric(prefix + "train_accuracy", row.train);
            run.metric(prefix + "accuracy", row.accuracy);
            run.metric(prefix + "ece", row.ece);
            run.metric(prefix + "mean_confidence", row.confidence);
            run.metric(prefix + "clipped", row.clipped);
            run.metric(prefix + "pgd_ce", row.pgd);
            run.metric(prefix + "pgd_margin", row.margin);
        }
        run.table(new Table("Ten Gaussian classes; the Bayes rule has accuracy " + three(bayes) + ". Clipped: share of confidences above 1.",
                List.of("rate", "decay", "loss", "train", "accuracy", "ECE", "confidence", "clipped", "PGD-CE", "PGD-margin"), rows.stream().map(Row::cells).toList()));
        for (Setting setting : SETTINGS) {
            Row cross = find(rows, setting, "ce");
            Row square = find(rows, setting, "sl");
            if (setting.interpolates) {
                run.claim(new Claim("gaussian_ece_" + setting.key(), "A network that fits its training data perfectly is better calibrated with the square loss: its ECE is below 0.7 of"
                        + " cross-entropy's (rate " + plain(setting.rate) + ")", setting.eceSquare, square.ece, cross.ece, square.ece < 0.7 * cross.ece));
            } else {
                run.claim(new Claim("gaussian_ece_reverses", "The other side: when the network is kept from interpolating, the square loss is under-confident and its ECE is the larger one",
                        setting.eceSquare, square.ece, cross.ece, square.ece > cross.ece));
                run.claim(new Claim("gaussian_ce_attack_overstates", "An attack on cross-entropy makes the square loss look more robust than it is: PGD on the margin leaves at least one point"
                        + " less (measured against PGD-CE on the same network)", .487, square.margin, square.pgd, square.margin <= square.pgd - 0.01));
            }
        }
        double worst = rows.stream().filter(r -> r.coding.key().equals("sl")).mapToDouble(r -> r.margin - r.pgd).max().orElseThrow();
        run.claim(new Claim("gaussian_margin_attack_not_weaker", "Against the square loss PGD on the margin is never weaker than PGD on cross-entropy: largest difference of the accuracies left,"
                + " at most 0.01", -.033, worst, Double.NaN, worst <= 0.01));
    }

    private static Row find(List<Row> rows, Setting setting, String coding) {
        return rows.stream().filter(r -> r.setting == setting && r.coding.key().equals(coding)).findFirst().orElseThrow();
    }
}
