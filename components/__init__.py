"""KFP components: lightweight functions that run in our image and only call `astor.steps` or `astor.loop`.

Strings between them are refs of artifacts, `URI#DIGEST`. What the KFP UI shows is small: scalars, a report and
a card.
"""
