"""MLPClassifier and MLPRegressor: networks of fully connected layers as scikit-learn estimators."""

from chainrule.estimators.multilayer_perceptron.classifier import MLPClassifier as MLPClassifier
from chainrule.estimators.multilayer_perceptron.regressor import MLPRegressor as MLPRegressor
